/** Which sidecar to start: the order of places to look, as plain data, so that it can be tested without an editor. */
import { delimiter, isAbsolute, join } from "node:path";

export type Origin = "environment" | "setting" | "bundled" | "path";

export interface Candidate {
  readonly path: string;
  readonly origin: Origin;
}

export interface BinaryPlaces {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Value of `tenstorrent.sidecar.path`, empty when unset. */
  readonly setting: string;
  /** In an untrusted workspace the setting is not followed: it could start a program that the workspace brought. */
  readonly trusted: boolean;
  readonly extensionPath: string;
  readonly home: string;
}

const PROGRAM = "tt-jukebox";

/** Every place where the sidecar may be, best first. */
export function candidates(places: BinaryPlaces): Candidate[] {
  const found: Candidate[] = [];
  const fromEnvironment = places.env.TT_SIDECAR_PATH?.trim();
  if (fromEnvironment) {
    found.push({ path: fromEnvironment, origin: "environment" });
  }
  const setting = places.setting.trim();
  if (setting !== "" && places.trusted) {
    found.push({ path: expandHome(setting, places.home), origin: "setting" });
  }
  found.push({ path: join(places.extensionPath, "bin", PROGRAM), origin: "bundled" });
  for (const folder of (places.env.PATH ?? "").split(delimiter)) {
    // A relative entry would be looked up in whatever folder the editor was started from.
    if (isAbsolute(folder)) {
      found.push({ path: join(folder, PROGRAM), origin: "path" });
    }
  }
  return found;
}

/**
 * The candidate to start. One that a person named wins even where nothing is there: a silent step to another binary
 * would hide the mistake.
 */
export function choose(list: readonly Candidate[], exists: (path: string) => boolean): Candidate | undefined {
  return list.find(
    (candidate) => candidate.origin === "environment" || candidate.origin === "setting" || exists(candidate.path),
  );
}

function expandHome(path: string, home: string): string {
  return path === "~" || path.startsWith("~/") ? join(home, path.slice(1)) : path;
}
