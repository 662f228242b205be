/** What is seen after the buttons of choice and of one's own work: the catalog, TT-Forge, bounties, TT-Metalium, the cookbook. */
import assert from "node:assert/strict";
import { existsSync, renameSync } from "node:fs";
import { CHAT, left, makeEnvironment, MEDIA } from "./walk-home.mjs";
import { chosenNothing, creates, failsWith, nobody, refuses, says, withoutScratchpad } from "./walk-presses.mjs";

/** The editor asks before it opens a page elsewhere. It shortens the address on screen; what it copies is whole. */
const browses = (address) => async (walker, press) => {
  await press();
  assert.match((await walker.workbench.question()).message, /open the external website/);
  return async () => {
    await walker.workbench.answer("Copy");
    await walker.until("the address", () => walker.page.evaluate(() => navigator.clipboard.readText()), (text) => text === decodeURIComponent(address));
  };
};

/** Models to choose from; what is chosen stands in the terminal of the server and runs by nobody but the person. */
const lists = (shown, hidden) => async (walker, press) => {
  const { workbench } = walker;
  await walker.stopServer();
  await press();
  await workbench.row(shown).waitFor();
  const rows = (await workbench.rows()).join("\n");
  assert.equal(rows.includes(MEDIA), !hidden, rows);
  await workbench.row(shown).click();
  await walker.message(/stands in the terminal/);
  assert.match(await walker.terminal(/start-vllm-server\.py/), new RegExp(`--model example/${CHAT}`));
  assert.deepEqual(left(walker.home), []);
};

const FORGE_HINT = /The terminal "Tenstorrent" says why/;

/** Something of the checkout is chosen, copied and opened; without a checkout there are three ways out. */
function copies(from, choice, to, file) {
  return {
    fails: async (walker, press) => {
      const folder = walker.at("tt-metal", from);
      renameSync(folder, `${folder}.aside`);
      await press();
      await walker.message(/come with tt-metal, and there is none in/);
      assert.deepEqual(await walker.workbench.messageButtons(), ["Set Up a Model", "Name My Checkout", "Read Online"]);
      return () => renameSync(`${folder}.aside`, folder);
    },
    works: async (walker, press) => {
      await press();
      await walker.workbench.pick(choice);
      await walker.opened(file);
      await walker.message(/The checkout stays as it is/);
      assert.ok(existsSync(walker.at("tt-scratchpad", to)));
    },
  };
}

async function choosePicture(walker) {
  const { page, workbench } = walker;
  const picture = walker.at("picture.jpg");
  // The dialog completes what one types, with the folder that it begins in.
  const typed = async () => {
    await workbench.input().fill(picture);
    await page.waitForTimeout(700);
    return workbench.input().inputValue();
  };
  await workbench.input().waitFor();
  await workbench.until("the path", typed, (value) => value === picture);
  await page.keyboard.press("Enter");
}

export const PROJECTS = {
  "tenstorrent.listJukeboxModels": { fails: chosenNothing, works: lists(CHAT, false) },
  "tenstorrent.jukeboxFindChat": { fails: chosenNothing, works: lists(CHAT, true) },
  "tenstorrent.jukeboxSearchLlama": { fails: chosenNothing, works: lists(CHAT, true) },
  "tenstorrent.jukeboxSetupLlama": {
    fails: chosenNothing,
    works: async (walker, press) => {
      await press();
      await walker.workbench.row(CHAT).waitFor();
      assert.equal(await walker.workbench.input().inputValue(), "llama");
      await walker.workbench.row(CHAT).click();
      await walker.framed(new RegExp(`Set up ${CHAT}`));
    },
  },
  "tenstorrent.verifyJukeboxEnv": {
    fails: async (walker, press) => {
      await says(/There is no environment yet\. Setting up a model makes one/)(walker, press);
      await walker.clear();
      makeEnvironment(walker.home);
      await failsWith(/says why/, "\\d+")(walker, press);
    },
    works: says(/is what it should be/),
  },
  "tenstorrent.installForge": {
    cannot: refuses,
    fails: async (walker, press) => {
      // The environment is made, and what goes into it is not to be had.
      await failsWith(FORGE_HINT)(walker, press);
    },
    works: async (walker, press) => {
      await press();
      await walker.message(/TT-Forge is in /);
      assert.match(walker.calls().at(-1), /^python -m pip install --extra-index-url \S+ pjrt-plugin-tt torchvision pillow$/);
    },
  },
  "tenstorrent.testForgeInstall": {
    cannot: refuses,
    fails: failsWith(FORGE_HINT),
    works: says(/TT-Forge can be imported/),
  },
  "tenstorrent.createForgeClassifier": creates("tt-forge-classifier.py"),
  "tenstorrent.runForgeClassifier": {
    cannot: refuses,
    fails: async (walker, press) => {
      await failsWith(/TT-Forge needs TT_METAL_HOME/)(walker, async () => {
        await press();
        await choosePicture(walker);
      });
    },
    works: async (walker, press) => {
      await press();
      await choosePicture(walker);
      await walker.message(/The classifier has said what the picture shows/);
      assert.match(walker.calls().at(-1), /tt-forge-classifier\.py \S+\/picture\.jpg$/);
      await walker.terminal(/97\.0% {2}lighthouse/);
    },
  },
  "tenstorrent.browseOpenBounties": {
    works: browses("https://github.com/tenstorrent/tt-metal/issues?q=is%3Aissue%20state%3Aopen%20label%3Abounty"),
  },
  "tenstorrent.copyBountyChecklist": {
    fails: async (walker, press) => {
      const repair = await withoutScratchpad(walker, press);
      await walker.message(/It must be possible to write there/);
      return repair;
    },
    works: async (walker, press) => {
      await press();
      await walker.opened("bounty-checklist.md");
      assert.ok(existsSync(walker.at("tt-scratchpad/bounty-checklist.md")));
    },
  },
  "tenstorrent.launchTtnnTutorials": copies("ttnn/tutorials", "basic/add.py", "ttnn-tutorials", "add.py"),
  "tenstorrent.browseModelZoo": { works: browses("https://github.com/tenstorrent/tt-metal/tree/main/models") },
  "tenstorrent.exploreProgrammingExamples": copies("tt_metal/programming_examples", "add", "programming-examples", "add.cpp"),
  "tenstorrent.createCookbookProjects": {
    fails: withoutScratchpad,
    works: async (walker, press) => {
      await press();
      await walker.opened("game_of_life.py");
      assert.ok(existsSync(walker.at("tt-scratchpad/cookbook/mandelbrot.py")));
    },
  },
};
