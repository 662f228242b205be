/** The model of a server as every extension of the editor sees it: in the list, answering, counting, and gone. */
const assert = require("node:assert/strict");
const { readFileSync } = require("node:fs");
const { join } = require("node:path");
const vscode = require("vscode");
const { test, until } = require("./runner.cjs");

const { LanguageModelChatMessage: Message, LanguageModelTextPart: Text } = vscode;

/** Declares the tests. `change` sets a setting of the extension; `api()` is what it exports. */
exports.modelTests = (api, change) => {
  let server;

  const listed = () => vscode.lm.selectChatModels({ vendor: "tenstorrent" });
  const named = async (family) => (await listed()).find((model) => model.family === family);
  const theModel = () => until("the model", () => named("tiny-random-llama"), (model) => model !== undefined);
  const say = async (messages, options = {}, token = undefined) => {
    const { stream } = await (await theModel()).sendRequest(messages, options, token);
    const parts = [];
    for await (const part of stream) {
      parts.push(part);
    }
    return parts;
  };
  const textOf = (parts) => parts.filter((part) => part instanceof Text).map(({ value }) => value).join("");

  test("every tool of the list is there, and one that only tells answers unasked", async () => {
    const { contributes } = vscode.extensions.getExtension("tenstorrent-jukebox.tt-jukebox").packageJSON;
    const names = new Set(vscode.lm.tools.map(({ name }) => name));
    assert.deepEqual(contributes.languageModelTools.map(({ name }) => name).filter((name) => !names.has(name)), []);
    const { content } = await vscode.lm.invokeTool("tenstorrent_device_status", { input: {}, toolInvocationToken: undefined });
    assert.match(textOf(content), /n150/i);
  });

  test("without a server the list has an entry that says so, and no model", async () => {
    await until("the entry", () => named("tenstorrent"), (entry) => entry !== undefined);
    assert.equal((await listed()).length, 1);
  });

  test("a server that the settings name is in the list with its context", async () => {
    const { ModelServer } = await import("../ui/model-server.mjs");
    server = new ModelServer();
    await server.start();
    await change("serverUrl", server.url);
    await until("the server", () => api().servers.latest, (state) => state?.servers.some(({ life }) => life === "ready"));
    const model = await theModel();
    assert.equal(model.maxInputTokens, 3072, "a quarter of the 4096 is for the answer");
  });

  test("it answers any extension in pieces, with the whole conversation", async () => {
    server.answers = [{ say: "one two é 🦀", pauseMs: 20 }];
    const parts = await say([Message.User("hello"), Message.Assistant("hi"), Message.User("and?")]);
    assert.equal(textOf(parts), "one two é 🦀");
    assert.ok(parts.length > 1, "it streams");
    assert.deepEqual(server.chats.at(-1).messages.map(({ role, content }) => [role, content]), [["user", "hello"], ["assistant", "hi"], ["user", "and?"]]);
  });

  test("without a parser no tools go over, and answers of tools do", async () => {
    server.answers = [{ say: "done" }];
    const call = new vscode.LanguageModelToolCallPart("c1", "look", { at: 1 });
    const result = new vscode.LanguageModelToolResultPart("c1", [new Text("a cat")]);
    const tools = [{ name: "look", description: "looks", inputSchema: { type: "object", properties: {} } }];
    await say([Message.User("look"), Message.Assistant([call]), Message.User([result])], { tools });
    const sent = server.chats.at(-1);
    assert.equal(sent.tools, undefined);
    assert.deepEqual(sent.messages[1].tool_calls[0].function, { name: "look", arguments: '{"at":1}' });
    assert.deepEqual(sent.messages[2], { role: "tool", tool_call_id: "c1", content: "a cat" });
  });

  test("a call of a tool comes back with its arguments", async () => {
    server.answers = [{ calls: [{ name: "look", arguments: '{"at":[1,2]}' }] }];
    const [call] = await say([Message.User("look")]);
    assert.ok(call instanceof vscode.LanguageModelToolCallPart);
    assert.deepEqual([call.name, call.input], ["look", { at: [1, 2] }]);
  });

  test("a picture is refused in words", async () => {
    // A real one: the editor looks at it first.
    const { extensionPath } = vscode.extensions.getExtension("tenstorrent-jukebox.tt-jukebox");
    const picture = vscode.LanguageModelDataPart.image(readFileSync(join(extensionPath, "media", "icon.png")), "image/png");
    await assert.rejects(say([Message.User([new Text("what is it?"), picture])]), /takes text only/);
  });

  test("tokens are those that the server counts", async () => {
    assert.equal(await (await theModel()).countTokens("x".repeat(40)), 10);
  });

  test("whoever cancels closes the request", async () => {
    const source = new vscode.CancellationTokenSource();
    const before = server.left;
    server.answers = [{ say: "endless", then: "hang" }];
    const answer = say([Message.User("go")], {}, source.token);
    answer.catch(() => undefined);
    await until("the request", () => server.answers.length, (left) => left === 0);
    source.cancel();
    await until("its end", () => server.left, (left) => left > before);
  });

  test("a failure says what to do", async () => {
    server.answers = [{ status: 500 }];
    await assert.rejects(say([Message.User("hello")]), /has failed: EngineCore.*Look at/s);
  });

  test("it leaves the list when its server goes", async () => {
    await server.stop();
    await until("an empty list", listed, (models) => models.length === 1 && models[0].family === "tenstorrent");
    await change("serverUrl", undefined);
  });
};
