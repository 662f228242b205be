/** What is seen after the buttons that serve a model and ask it: vLLM, chat, pictures, the assistant. */
import assert from "node:assert/strict";
import { CHAT, left, MEDIA } from "./walk-home.mjs";
import { chosenNothing, CODE, creates, failsWith, nobody } from "./walk-presses.mjs";

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

export const SERVING = {
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
};
