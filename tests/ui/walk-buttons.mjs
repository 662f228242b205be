/**
 * What is seen after each button of the walkthrough was pressed: while its tools fail, while they work, and, where that is
 * something else again, on a box that cannot do the step. A row gets the walker and the press, and may give back what is
 * done once a picture was taken.
 */
import assert from "node:assert/strict";
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { BAD_TOKEN, CHAT, GOOD_TOKEN, left, makeEnvironment, MEDIA, OWNER } from "./walk-home.mjs";

const CODE = 3;

/** A tool that ends with a code is told with that code and with what helps. */
const failsWith = (hint, code = CODE) => async (walker, press) => {
  walker.mood(CODE);
  await press();
  assert.match(await walker.message(new RegExp(`ended with exit code ${code}`)), hint);
};

/** It ends well, and says so. */
const says = (pattern) => async (walker, press) => {
  await press();
  await walker.message(pattern);
};

/** Nothing is asked where nobody answers. */
const nobody = async (walker, press) => {
  await walker.stopServer();
  await press();
  assert.match(await walker.message(/There is nobody to ask/), /Start a Model Server/);
};

/** The machine cannot do the step, and the nearest is a button away. */
const refuses = async (walker, press) => {
  await press();
  assert.match(await walker.message(/This machine cannot do/), /no model of the engine forge is published for P300X2/);
  assert.deepEqual(await walker.workbench.messageButtons(), ["Open the Nearest Lesson"]);
};

/** A script is copied into the folder for scripts, and opened. */
const creates = (file) => ({
  fails: withoutScratchpad,
  works: async (walker, press) => {
    await press();
    await walker.opened(file);
    assert.ok(readFileSync(walker.at("tt-scratchpad", file), "utf8").startsWith("#!/usr/bin/env python3"));
    await walker.message(/the script is in/);
  },
});

/** Where the folder for scripts cannot be written, the reason and what helps are told. */
async function withoutScratchpad(walker, press) {
  const folder = walker.at("tt-scratchpad");
  if (existsSync(folder)) {
    renameSync(folder, `${folder}.aside`);
  }
  writeFileSync(folder, "not a folder\n");
  await press();
  const message = await walker.message(/tt-scratchpad/);
  assert.doesNotMatch(message, /^Something in the Tenstorrent extension failed/);
  return () => {
    rmSync(folder);
    if (existsSync(`${folder}.aside`)) {
      renameSync(`${folder}.aside`, folder);
    }
  };
}

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

/** Prepares a command and leaves the picker; nothing was chosen, so nothing is done. */
const chosenNothing = async (walker, press) => {
  await press();
  await walker.workbench.row(CHAT).waitFor();
  await walker.page.keyboard.press("Escape");
};

/** The plan first; then it runs, and tells how it ended. */
const setsUp = async (walker, press) => {
  await press();
  await walker.workbench.pick(MEDIA);
  await walker.framed(new RegExp(`Set up ${MEDIA}`));
  await walker.message(/steps are done/);
  assert.ok(!existsSync(walker.at("images/pulled")), "a plan runs nothing");
  await walker.answer("Run");
};

const FORGE_HINT = /The terminal "Tenstorrent" says why/;

export const ROWS = {
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
    fails: failsWith(/Try it with --dry-run/),
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
    fails: failsWith(/Try it with --dry-run/),
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
      assert.match(await walker.message(/Your server has ended with exit code 3/), /Wait until the terminal says that it listens/);
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
  "tenstorrent.startVllmServer": {
    fails: async (walker, press) => {
      walker.mood(CODE);
      await preparesAndEnters(walker, press);
      assert.match(await walker.message(/has ended/), /RuntimeError: no device is free/);
    },
    works: async (walker, press) => {
      await preparesAndEnters(walker, press);
      await walker.status(/ready/i);
    },
  },
  "tenstorrent.testVllmCurl": {
    fails: nobody,
    works: async (walker, press) => {
      await press();
      await walker.message(/The server has answered/);
      await walker.terminal(/hello from the fake/);
    },
  },
  "tenstorrent.testVllmOpenai": {
    fails: nobody,
    works: async (walker, press) => {
      await press();
      await walker.message(/The server has answered/);
      await walker.terminal(/tt-openai-client[^]*hello from the fake/);
    },
  },
  "tenstorrent.enableChatParticipant": {
    works: async (walker, press) => {
      await press();
      const input = walker.page.locator(".interactive-session .interactive-input-part").first();
      await walker.until("the chat", () => input.innerText(), (text) => text.includes("@tenstorrent"));
    },
  },
  "tenstorrent.startVllmForChat": {
    fails: async (walker, press) => {
      await walker.stopServer();
      await chosenNothing(walker, press);
    },
    works: async (walker, press) => {
      await press();
      await walker.workbench.pick(CHAT);
      await walker.message(/stands in the terminal/);
      await walker.answer("Start");
      await walker.status(/ready/i);
    },
  },
  "tenstorrent.testChat": {
    fails: async (walker, press) => {
      await walker.stopServer();
      await press();
      await walker.chatSays(/No model answers yet/);
    },
    works: async (walker, press) => {
      await press();
      await walker.chatSays(/hello from the fake/);
    },
  },
  "tenstorrent.generateRetroImage": {
    fails: async (walker, press) => {
      await startsMedia(walker, press);
      await failsWith(/Image models run from a container/, 1)(walker, press);
    },
    works: async (walker, press) => {
      await press();
      await walker.message(/The picture is in/);
      await walker.until("the picture", () => walker.workbench.editorTabs(), (tabs) => tabs.some((name) => /^picture-.*\.png$/.test(name)));
    },
  },
  "tenstorrent.startInteractiveImageGen": {
    fails: async (walker, press) => {
      walker.mood(CODE);
      await press();
      await walker.workbench.input().fill("a cat");
      await walker.page.keyboard.press("Enter");
      assert.match(await walker.message(/ended with exit code 1/), /Image models run from a container/);
    },
    works: async (walker, press) => {
      await press();
      await walker.workbench.input().fill("a cat");
      await walker.page.keyboard.press("Enter");
      await walker.message(/The picture is in/);
      await walker.terminal(/a cat/);
      await walker.workbench.input().waitFor();
    },
  },
  "tenstorrent.createCodingAssistantScript": creates("tt-coding-assistant.py"),
  "tenstorrent.startCodingAssistant": {
    fails: nobody,
    works: async (walker, press) => {
      await walker.startServer();
      await press();
      await walker.terminal(/Ask; \/file PATH[^>]*> $/);
      await walker.type("What is a tensor?");
      await walker.terminal(/hello from the fake/);
      await walker.type("/quit");
      await walker.message(/The coding assistant has ended well/);
    },
  },
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

async function token({ workbench, page }, press, text) {
  await press();
  await workbench.until("the box", () => workbench.input().getAttribute("type"), (type) => type === "password");
  await workbench.input().fill(text);
  await page.keyboard.press("Enter");
}

/** The command stands in the terminal and nothing runs; its files are written; Enter runs it. */
async function preparesAndEnters(walker, press) {
  const { page } = walker;
  await press();
  await walker.workbench.pick(CHAT);
  const message = await walker.message(/stands in the terminal/);
  assert.match(await walker.terminal(/start-vllm-server\.py/), new RegExp(`--port ${walker.port}`));
  assert.deepEqual(left(walker.home), []);
  if (/files that are not there/.test(message)) {
    await walker.answer("Write Its Files");
    await walker.message(/Written: .*The command can run now/);
  }
  await page.locator(".terminal-wrapper.active .xterm-screen:visible").first().click();
  await page.keyboard.press("Enter");
}

/** The server of pictures, set up in an earlier step, is started by the same button, which is pressed again when it answers. */
async function startsMedia(walker, press) {
  await walker.stopServer();
  await press();
  await walker.message(/Pictures come from the server of an image model/);
  await walker.status(new RegExp(`${MEDIA} ready`));
  await walker.workbench.clearMessages();
}

async function endInTerminal(walker) {
  // The small server runs in the other terminal, as every program that holds the board.
  process.kill(left(walker.home)[0], "SIGINT");
  await walker.until("the end of the server", () => left(walker.home), (pids) => pids.length === 0);
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
