/** What is seen after the buttons of the first steps: hardware, installation, weights, and the programs that load a model themselves. */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { BAD_TOKEN, CHAT, GOOD_TOKEN, left, MEDIA, OWNER } from "./walk-home.mjs";
import { CODE, creates, failsWith, refuses, says } from "./walk-presses.mjs";

/** The plan first; then it runs, and tells how it ended. */
const setsUp = async (walker, press) => {
  await press();
  await walker.workbench.pick(MEDIA);
  await walker.framed(new RegExp(`Set up ${MEDIA}`));
  await walker.message(/steps are done/);
  assert.ok(!existsSync(walker.at("images/pulled")), "a plan runs nothing");
  await walker.answer("Run");
};

async function token({ workbench, page }, press, text) {
  await press();
  await workbench.until("the box", () => workbench.input().getAttribute("type"), (type) => type === "password");
  await workbench.input().fill(text);
  await page.keyboard.press("Enter");
}

async function endInTerminal(walker) {
  // The small server runs in the other terminal, as every program that holds the board.
  process.kill(left(walker.home)[0], "SIGINT");
  await walker.until("the end of the server", () => left(walker.home), (pids) => pids.length === 0);
}

export const FIRST_STEPS = {
  "tenstorrent.runHardwareDetection": {
    fails: async (walker, press) => {
      walker.files.removeCard();
      await press();
      await walker.message(/no Tenstorrent/i);
      assert.ok((await walker.workbench.messageButtons()).includes("Doctor"));
      return () => walker.files.restore();
    },
    works: async (walker, press) => {
      await press();
      await walker.message(new RegExp(walker.boxName, "i"));
      assert.ok((await walker.workbench.messageButtons()).includes("Choose a Model"));
    },
  },
  "tenstorrent.doctor": {
    works: async (walker, press) => {
      await press();
      await walker.framed(/Box: .*Driver: .*Firmware: /s);
    },
  },
  "tenstorrent.verifyInstallation": {
    fails: failsWith(/Set up a model first/),
    works: async (walker, press) => {
      await press();
      await walker.message(/tt-metal works on this board/);
      assert.equal(walker.calls().at(-1), "python -m ttnn.examples.usage.run_op_on_device");
    },
  },
  "tenstorrent.setUpModel": {
    fails: async (walker, press) => {
      walker.mood(CODE);
      await setsUp(walker, press);
      await walker.message(/no route to the registry|registry|image/i);
      await walker.buttons(["Retry", "Open Log"]);
    },
    works: async (walker, press) => {
      await setsUp(walker, press);
      await walker.buttons(["Prepare Its Command"]);
    },
  },
  "tenstorrent.downloadModel": {
    fails: async (walker, press) => {
      walker.hub.broken = true;
      await press();
      await walker.workbench.pick(CHAT);
      assert.match(await walker.message(/ended with exit code \d+/), /Run the download again/);
      return () => {
        walker.hub.broken = false;
      };
    },
    works: async (walker, press) => {
      await press();
      await walker.workbench.pick(CHAT);
      await walker.message(/All files of the model are here/);
    },
  },
  "tenstorrent.setHuggingFaceToken": {
    fails: async (walker, press) => {
      await token(walker, press, BAD_TOKEN);
      await walker.message(/token .* is not good/);
      assert.doesNotMatch((await walker.workbench.messages()).join("\n"), new RegExp(`that of ${OWNER}`));
      return async () => {
        // The hub refuses a download with a token that it does not know, also of what needs none.
        await token(walker, press, "");
        await walker.message(/keeps no token any more/);
      };
    },
    works: async (walker, press) => {
      await token(walker, press, GOOD_TOKEN);
      await walker.message(new RegExp(`The token is that of ${OWNER}`));
    },
  },
  "tenstorrent.runInference": {
    fails: failsWith(/with --dry-run tries it/),
    works: async (walker, press) => {
      await press();
      await walker.message(/The model has answered/);
      assert.match(walker.calls().at(-1), /tt-chat-direct\.py .*--prompt What is a tensor\?$/);
      await walker.terminal(/A tensor is a box of numbers/);
    },
  },
  "tenstorrent.createChatScriptDirect": creates("tt-chat-direct.py"),
  "tenstorrent.installInferenceDeps": {
    fails: failsWith(/says why/),
    works: async (walker, press) => {
      await press();
      await walker.message(/The packages are in the Python of tt-metal/);
      assert.match(walker.calls().at(-1), /^python -m pip install --requirement \S+requirements\.txt$/);
    },
  },
  "tenstorrent.startChatSessionDirect": {
    fails: failsWith(/with --dry-run tries it/),
    works: async (walker, press) => {
      await press();
      await walker.until("the call", () => walker.calls().at(-1), (call) => /tt-chat-direct\.py/.test(call) && !call.includes("--prompt"));
      await walker.terminal(/> $/);
      await walker.type("hello");
      await walker.terminal(/You said hello/);
      await walker.type("/quit");
      await walker.message(/The chat has ended well/);
    },
  },
  "tenstorrent.createApiServerDirect": creates("tt-api-server-direct.py"),
  "tenstorrent.startApiServerDirect": {
    fails: async (walker, press) => {
      walker.mood(CODE);
      await press();
      assert.match(await walker.message(/Your server has ended with exit code 3/), /The terminal "Tenstorrent Server" says why/);
      await walker.terminal(/the stand-in fails/);
    },
    works: async (walker, press) => {
      await press();
      assert.deepEqual([await walker.message(/loads the model now/), await walker.workbench.messageButtons()].slice(1), [["Ask It Once"]]);
      await walker.terminal(/listening at/);
    },
  },
  "tenstorrent.testApiBasicDirect": {
    fails: failsWith(/Wait until the terminal says that it listens/, 7),
    works: says(/Your server has answered/),
  },
  "tenstorrent.testApiMultipleDirect": {
    fails: failsWith(/Wait until the terminal says that it listens/, 7),
    works: async (walker, press) => {
      await press();
      await walker.message(/Your server has answered/);
      const text = await walker.terminal(/You asked: Why is the sky blue\?/);
      assert.match(text, /You asked: What is a tensor\?[^]*You asked: What does a compiler do\?/);
      await endInTerminal(walker);
    },
  },
};
