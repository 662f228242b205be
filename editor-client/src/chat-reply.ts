/** Where an answer goes: into the chat, or, where there is none, into a document. */
import type { Command } from "vscode";
import { escape } from "./markdown";

/** What an answer is made of, whoever shows it. */
export interface Reply {
  markdown(text: string): void;
  /** What happens until the next part comes. */
  progress(text: string): void;
  button(command: Command): void;
}

/** Keeps an answer, for a document. A document has no buttons: they are named, as commands of the palette. */
export class WrittenReply implements Reply {
  private text = "";
  private readonly buttons: string[] = [];

  constructor(private readonly hear: (text: string) => void = () => undefined) {}

  markdown(text: string): void {
    this.text += text;
  }

  progress(text: string): void {
    this.hear(text);
  }

  button({ title }: Command): void {
    this.buttons.push(`- ${escape(title)}`);
  }

  /** The whole. `heading` stands over what the chat would show as buttons. */
  whole(heading: string): string {
    const buttons = this.buttons.length === 0 ? "" : `\n\n${heading}\n\n${this.buttons.join("\n")}\n`;
    return `${this.text.trim()}\n${buttons}`;
  }
}
