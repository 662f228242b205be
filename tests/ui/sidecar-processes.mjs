/**
 * The sidecars of one sandbox, found by what they inherited from its editor, so that a test never touches a sidecar
 * that somebody else started.
 */
import { readFileSync, readdirSync, readlinkSync } from "node:fs";
import { basename } from "node:path";

/** The process ids of the running sidecars whose home is `home`. */
export function sidecarPids(home) {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        // Replaced by a newer build, the running file shows up as deleted.
        const program = basename(readlinkSync(`/proc/${pid}/exe`).replace(/ \(deleted\)$/, ""));
        return program === "tt-jukebox" && readFileSync(`/proc/${pid}/environ`, "utf8").split("\0").includes(`HOME=${home}`);
      } catch {
        // Ended while it was looked at, or not ours to look at.
        return false;
      }
    });
}
