/**
 * Every state that the status bar can show, on a machine made of files: its icon, its colour, its words, and a
 * picture of each.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { VIEWPORT } from "./browser.mjs";
import { extensionVersion, writeFakeSidecar } from "./fake-sidecar.mjs";
import { projectRoot } from "./places.mjs";
import { useSession } from "./session.mjs";

const LIMIT = { timeout: 120_000 };
const PICTURE = { x: 0, y: VIEWPORT.height - 360, width: 1000, height: 360 };
const REFRESH = "Tenstorrent: Refresh Device Status";

const session = useSession({ fakeBox: true });

test("healthy", LIMIT, async () => {
  await shows("healthy", { text: /n150/i, icon: "chip", label: /n150.*healthy/i });
});

test("busy, with who holds it", LIMIT, async () => {
  const { pid } = await session.server.box.hold();
  const tooltip = await shows("busy", { text: /n150/i, icon: "play-circle", label: /in use/i });
  assert.ok(tooltip.includes(String(pid)), tooltip);
  session.server.box.write("proc/driver/tenstorrent/0/pids", "");
});

test("warning, with what it is about", LIMIT, async () => {
  session.server.box.useOldFirmware();
  const tooltip = await shows("warning", { text: /n150/i, icon: "warning", colour: "warning", label: /warning|firmware/i });
  assert.match(tooltip, /firmware/i);
  session.server.box.restore();
});

test("error: the firmware does not run any more", LIMIT, async () => {
  session.server.box.stopHeart();
  await shows("error", { text: /n150/i, icon: "error", colour: "error", label: /n150/i });
  session.server.box.restore();
});

test("no driver", LIMIT, async () => {
  session.server.box.removeDriver();
  await shows("no-driver", { text: /no driver/i, icon: "warning", label: /driver/i });
});

test("no device", LIMIT, async () => {
  session.server.box.removeCard();
  await shows("no-device", { text: /no device/i, icon: "circle-slash", label: /no tenstorrent device/i });
});

test("healthy again when the card comes back", LIMIT, async () => {
  session.server.box.restore();
  await shows("back", { text: /n150/i, icon: "chip", label: /healthy/i });
});

test("no sidecar", LIMIT, async () => {
  const { server, workbench } = session;
  server.settings({ "tenstorrent.sidecar.path": join(server.sandbox.home, "no-such-sidecar") });
  await workbench.message(/could not be started/);
  await shows("sidecar-missing", { text: /not running/, icon: "error", colour: "error", label: /no file/ }, false);
});

test("stale: the last look has not come back", LIMIT, async () => {
  const status = {
    schema: 1, health: "stale", text: "N150", summary: "Tenstorrent: N150, 1 chip, healthy; not seen for 5 seconds",
    tooltip: "**N150**", product: "N150", simulated: null, done: [], interval_s: 60,
  };
  pretend("stale", status);
  await shows("stale", { text: /n150/i, icon: "history", label: /not seen for 5 seconds/ }, false);
});

test("checking: nothing is known yet", LIMIT, async () => {
  pretend("checking", null);
  await shows("checking", { text: /checking/i, icon: "sync", label: /checking|looking|starting/i }, false);
});

/** Puts a sidecar in place that says `status`. */
function pretend(name, status) {
  const { server } = session;
  const path = join(server.sandbox.home, `sidecar-${name}`);
  writeFakeSidecar(path, extensionVersion(projectRoot), status);
  server.settings({ "tenstorrent.sidecar.path": path });
}

/** Refreshes until the bar shows the state, takes its picture, and returns the tooltip. */
async function shows(name, { text, icon, colour, label }, refresh = true) {
  const { workbench } = session;
  const look = async () => {
    if (refresh) {
      await workbench.runCommand(REFRESH);
      await workbench.page.waitForTimeout(500);
    }
    return { ...(await workbench.statusItem()), ...(await workbench.statusLook()) };
  };
  const accept = (seen) => text.test(seen.text) && label.test(seen.label) && seen.icon === icon && seen.colour === colour;
  await workbench.until(`the state ${name}`, look, accept, 40_000);
  // Once as it is, once pointed at: that shows the tooltip and hides the colour.
  await workbench.page.mouse.move(VIEWPORT.width / 2, VIEWPORT.height / 3);
  await workbench.page.waitForTimeout(500);
  await workbench.screenshot(`states-${name}`, PICTURE);
  const tooltip = await workbench.statusTooltip();
  await workbench.screenshot(`states-${name}-tooltip`, PICTURE);
  return tooltip;
}
