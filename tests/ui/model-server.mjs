/**
 * A model server on loopback, in the shapes that vLLM 0.16 answers in: a stream with a role, tokens cut anywhere, a
 * reason, the tokens counted, and `[DONE]`. It answers as a test wants it to: whole, slowly, half, with a status, or not
 * at all.
 */
import { once } from "node:events";
import { createServer } from "node:http";

export const MODEL = "tiny-random-llama";
const CONTEXT = 4096;
const TOO_LONG =
  "You passed 5000 input tokens and requested 0 output tokens. However, the model's context length is only 4096 tokens, " +
  "resulting in a maximum input length of 4096 tokens. Please reduce the length of the input prompt.";

/** Bodies of errors, by status. */
const ERRORS = {
  400: { message: TOO_LONG, type: "BadRequestError", param: "input_tokens", code: 400 },
  401: { message: "Unauthorized", type: "AuthenticationError", param: null, code: 401 },
  404: { message: `The model \`${MODEL}\` does not exist.`, type: "NotFoundError", param: "model", code: 404 },
  500: { message: "EngineCore encountered an issue. See stack trace (above) for the root cause.", type: "InternalServerError", param: null, code: 500 },
};

export class ModelServer {
  /** Requests for a chat, as they came. */
  chats = [];
  /** Clients that went before the end of their answer. */
  left = 0;
  /** How the next chats are answered: `{ say }`, `{ say, then: "break" | "hang" }`, `{ status }`, `{ nothing: true }`. */
  answers = [];
  #server;
  #sockets = new Set();

  /** Listens on `port`, or on any; later starts take the same one. `key` is wanted of every request. */
  async start(port = this.port ?? 0, key) {
    this.#server = createServer((request, response) => {
      this.#answer(request, response, key).catch(() => response.destroy());
    });
    this.#server.on("connection", (socket) => {
      this.#sockets.add(socket);
      socket.once("close", () => this.#sockets.delete(socket));
    });
    this.#server.listen(port, "127.0.0.1");
    await once(this.#server, "listening");
    this.port = this.#server.address().port;
  }

  get url() {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Ends at once, in the middle of whatever it does. */
  async stop() {
    const closed = new Promise((resolve) => this.#server?.close(resolve) ?? resolve());
    this.#sockets.forEach((socket) => socket.destroy());
    await closed;
    this.#server = undefined;
  }

  /** The text of the last question, with what was attached to it. */
  lastQuestion() {
    return this.chats.at(-1)?.messages.at(-1)?.content ?? "";
  }

  async #answer(request, response, key) {
    let text = "";
    for await (const part of request) {
      text += part;
    }
    const path = new URL(request.url, this.url).pathname;
    const json = (status, body) => response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
    if (key !== undefined && request.headers.authorization !== `Bearer ${key}`) {
      json(401, { error: ERRORS[401] });
    } else if (path === "/v1/models") {
      json(200, { object: "list", data: [{ id: MODEL, object: "model", owned_by: "vllm", max_model_len: CONTEXT }] });
    } else if (path === "/tokenize") {
      const { prompt, messages = [] } = JSON.parse(text);
      const letters = prompt ?? messages.map(({ content }) => content).join("");
      json(200, { count: Math.ceil(letters.length / 4), max_model_len: CONTEXT, tokens: [] });
    } else if (path === "/v1/chat/completions") {
      this.chats.push(JSON.parse(text));
      await this.#chat(response, this.answers.shift() ?? { say: "Hello from the card." }, json);
    } else {
      json(404, { detail: "Not Found" });
    }
  }

  async #chat(response, { say = "", reasoning = "", calls, pauseMs = 0, status, nothing, then }, json) {
    if (status !== undefined) {
      json(status, { error: ERRORS[status] });
      return;
    }
    if (nothing) {
      response.destroy();
      return;
    }
    let whole = false;
    response.once("close", () => {
      this.left += whole ? 0 : 1;
    });
    response.writeHead(200, { "content-type": "text/event-stream; charset=utf-8" });
    await this.#send(response, { role: "assistant", content: "" });
    for (const word of reasoning.match(/\S+\s*/g) ?? []) {
      await this.#send(response, { reasoning_content: word }, pauseMs);
    }
    for (const word of say.match(/\s*\S+\s*/g) ?? []) {
      await this.#send(response, { content: word }, pauseMs);
    }
    if (then === "break") {
      // What was written has to leave first.
      await new Promise((resolve) => setTimeout(resolve, 100));
      response.destroy();
      return;
    }
    if (then === "hang") {
      return;
    }
    if (calls !== undefined) {
      await this.#send(response, { tool_calls: calls.map((call, index) => ({ index, id: `call-${index}`, type: "function", function: call })) });
    }
    const finish = calls === undefined ? "stop" : "tool_calls";
    response.write(chunk([{ index: 0, delta: { content: "" }, finish_reason: finish }]));
    response.write(chunk([], { prompt_tokens: 14, completion_tokens: 12, total_tokens: 26 }));
    whole = true;
    response.end("data: [DONE]\n\n");
  }

  /** One event in two writes, cut inside a character where it has one of several bytes. */
  async #send(response, delta, pauseMs = 0) {
    const bytes = Buffer.from(chunk([{ index: 0, delta, logprobs: null, finish_reason: null }]));
    const wide = bytes.findIndex((byte) => byte > 0xbf);
    const cut = wide > 0 ? wide + 1 : Math.floor(bytes.length / 2);
    response.write(bytes.subarray(0, cut));
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
    response.write(bytes.subarray(cut));
  }
}

function chunk(choices, usage) {
  const body = { id: "chatcmpl-a9", object: "chat.completion.chunk", created: 1795259226, model: MODEL, choices, ...(usage && { usage }) };
  return `data: ${JSON.stringify(body)}\n\n`;
}
