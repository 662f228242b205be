/**
 * The wire between the client and the sidecar.
 * Generated from server/protocol.rs by `cargo test`; do not edit.
 */
/* eslint-disable */

/**
 * Chip architecture.
 */
export type Arch = "grayskull" | "wormhole" | "blackhole";

/**
 * A measurement, as it is kept.
 */
export type Bench = { 
/**
 * Version of this shape.
 */
schema: number, 
/**
 * Base address of the server.
 */
url: string, 
/**
 * Model as the server names it.
 */
model: string, 
/**
 * Entry of the catalog, where it is known.
 */
model_id: string | null, 
/**
 * Seconds since 1970.
 */
at: number, 
/**
 * Tokens that an answer may have.
 */
tokens: number, 
/**
 * The levels.
 */
levels: Array<Level>, 
/**
 * The publisher's targets.
 */
targets: Array<PublishedTarget>, 
/**
 * What the reader should know.
 */
notes: Array<string>, 
/**
 * The last measurement of the same server and model with answers as long as these.
 */
before: Bench | null, };

/**
 * Parameters of `tenstorrent/bench`.
 */
export type BenchParams = { 
/**
 * A part of the name of a model that was started here; left out, the server that runs.
 */
model?: string, 
/**
 * Base address of another server.
 */
url?: string, 
/**
 * True takes less than a minute on most servers: short answers, one round, four requests at once at most.
 */
quick?: boolean, 
/**
 * Requests at once, at most; left out, the limit of the entry.
 */
up_to?: number, 
/**
 * Tokens of an answer.
 */
tokens?: number, 
/**
 * Requests of each of those that run at once.
 */
rounds?: number, 
/**
 * Token under which `$/progress` is sent, with a `BenchProgress` as its value; left out, none is.
 */
work_done_token?: ProgressToken, };

/**
 * How far a measurement is; every one is whole.
 */
export type BenchProgress = { 
/**
 * `begin` or `report`, as the language server protocol has it; the answer is the end.
 */
kind: string, 
/**
 * Heading.
 */
title: string, 
/**
 * One line for the person.
 */
message: string, 
/**
 * Levels that are done.
 */
done: number, 
/**
 * Levels in all.
 */
of: number, 
/**
 * Those that are done.
 */
levels: Array<Level>, };

/**
 * Answer of `tenstorrent/bench` and of `bench --json`.
 */
export type BenchReport = { 
/**
 * Earlier ones with answers as long as these, the newest first.
 */
history: Array<Bench>, 
/**
 * The same as Markdown, with the chart in it.
 */
text: string, 
/**
 * The chart as SVG.
 */
chart: string, 
/**
 * Version of this shape.
 */
schema: number, 
/**
 * Base address of the server.
 */
url: string, 
/**
 * Model as the server names it.
 */
model: string, 
/**
 * Entry of the catalog, where it is known.
 */
model_id: string | null, 
/**
 * Seconds since 1970.
 */
at: number, 
/**
 * Tokens that an answer may have.
 */
tokens: number, 
/**
 * The levels.
 */
levels: Array<Level>, 
/**
 * The publisher's targets.
 */
targets: Array<PublishedTarget>, 
/**
 * What the reader should know.
 */
notes: Array<string>, 
/**
 * The last measurement of the same server and model with answers as long as these.
 */
before: Bench | null, };

/**
 * One board, or one Galaxy: the chips that share a board id.
 */
export type Board = { 
/**
 * Board name, for example `n300`.
 */
board_type: string | null, 
/**
 * Board id as 16 hexadecimal digits.
 */
board_id: string | null, 
/**
 * Positions in `chips`.
 */
chips: Array<number>, };

/**
 * A step of a start.
 */
export type BootStep = { 
/**
 * `process`, `engine`, `weights`, `kv_cache`, `warm_up`, `api`.
 */
name: string, 
/**
 * The same in words.
 */
title: string, 
/**
 * How far it is, as the log says it, for example `3/8`.
 */
detail: string, 
/**
 * Seconds that it took, or takes by now; null when the log has no times.
 */
seconds: number | null, 
/**
 * Seconds that it took last time; null for a first time.
 */
last_seconds: number | null, 
/**
 * True when it is over.
 */
done: boolean, };

/**
 * How an entry of another device would run here.
 */
export type Carried = { 
/**
 * The part of this box that it would run on.
 */
target: string, 
/**
 * Context in tokens: a multiple of the block of the KV cache.
 */
max_context: number, 
/**
 * Sequences at once, at least one.
 */
max_concurrency: number, 
/**
 * What was reduced, and why.
 */
reduced: Array<string>, };

/**
 * Answer of `tenstorrent/catalog` and of `catalog info --json`.
 */
export type CatalogInfo = { 
/**
 * Version of this shape.
 */
schema: number, 
/**
 * Where it comes from, in words.
 */
source: string, 
/**
 * True when a server was just asked.
 */
looked: boolean, 
/**
 * Release that a refresh has just brought; null when it brought none.
 */
updated: string | null, 
/**
 * Releases, oldest first.
 */
releases: Array<string>, 
/**
 * The newest of them.
 */
newest: string, 
/**
 * Entries of all releases together.
 */
entries: number, 
/**
 * Those that the newest one has.
 */
current_entries: number, 
/**
 * Number of models.
 */
models: number, 
/**
 * Entries by engine.
 */
engines: { [key in string]: number }, 
/**
 * Entries by device.
 */
devices: { [key in string]: number }, 
/**
 * Entries by status.
 */
statuses: { [key in string]: number }, 
/**
 * Address that newer files are looked for at; null when a file was named.
 */
url: string | null, 
/**
 * When a server last said what the newest file is, in seconds since 1970.
 */
checked_at: number | null, 
/**
 * Why the last try failed.
 */
trouble: string | null, 
/**
 * Entries that could not be read.
 */
skipped: Array<Skipped>, };

/**
 * Parameters of `tenstorrent/catalog`.
 */
export type CatalogParams = { 
/**
 * True looks for newer spec files first, whenever that was last done.
 */
refresh: boolean, 
/**
 * True with `refresh` looks only when nobody has within the hour.
 */
if_due: boolean, };

/**
 * Answer of `tenstorrent/causes`.
 */
export type Causes = { 
/**
 * What is known; the order is that of the table.
 */
causes: Array<KnownCause>, };

/**
 * Parameters of `tenstorrent/causes`.
 */
export type CausesParams = { 
/**
 * An output or a log, or the end of it.
 */
text: string, };

/**
 * One message of a conversation.
 */
export type ChatMessage = { 
/**
 * `system`, `user`, `assistant` or `tool`.
 */
role: string, 
/**
 * Its text.
 */
content: string, 
/**
 * Calls that the assistant made.
 */
tool_calls?: Array<ToolCall>, 
/**
 * The call that a message of the role `tool` answers.
 */
tool_call_id?: string, };

/**
 * How to answer; whatever is left out is as the server has it.
 */
export type ChatOptions = { 
/**
 * Base address of the server; left out, the one that runs.
 */
url?: string, 
/**
 * Key to send. It is kept in memory only and never logged.
 */
api_key?: string, 
/**
 * Model as `/v1/models` names it; left out, the first that is served.
 */
model?: string, 
/**
 * Tokens that the answer may have.
 */
max_tokens?: number, 
/**
 * Temperature.
 */
temperature?: number, 
/**
 * Nucleus sampling.
 */
top_p?: number, 
/**
 * Seed.
 */
seed?: number, 
/**
 * Texts at which the answer stops.
 */
stop?: Array<string>, 
/**
 * True goes on past the end that the model sees, for measurements; known to vLLM only.
 */
ignore_eos?: boolean, 
/**
 * Tools that the model may call.
 */
tools?: Array<ChatTool>, 
/**
 * `auto`, `none` or `required`.
 */
tool_choice?: string, 
/**
 * Seconds until the first token; 300 when left out, since a first request may compile.
 */
first_token_s?: number, 
/**
 * Seconds without anything once tokens flow; 60 when left out. The whole answer has no limit.
 */
stall_s?: number, };

/**
 * Answer of `tenstorrent/chat`: the whole of it, whatever has been sent in pieces before.
 */
export type ChatOutcome = { 
/**
 * Version of this shape.
 */
schema: number, 
/**
 * Base address of the server.
 */
url: string, 
/**
 * Model that answered.
 */
model: string, 
/**
 * The text.
 */
content: string, 
/**
 * The reasoning that was sent beside it.
 */
reasoning: string, 
/**
 * Tools to call.
 */
tool_calls: Array<ToolCall>, 
/**
 * How it ended.
 */
ended: Ended, 
/**
 * Why, in the server's word; null when it said none.
 */
finish_reason: string | null, 
/**
 * Tokens; null when the server did not count.
 */
usage: Usage | null, 
/**
 * Milliseconds until the first token, from the request on; null without one.
 */
first_token_ms: number | null, 
/**
 * Milliseconds until the end, from the request on.
 */
total_ms: number, 
/**
 * Oldest messages that were left out, because the whole did not fit.
 */
left_out: number, 
/**
 * What the person should know: what was left out, what was tried again.
 */
notes: Array<string>, 
/**
 * What broke an answer that had begun; null for a whole one.
 */
trouble: Failure | null, };

/**
 * Parameters of `tenstorrent/chat`.
 */
export type ChatParams = { 
/**
 * The conversation, the oldest message first.
 */
messages: Array<ChatMessage>, 
/**
 * How to answer.
 */
options?: ChatOptions, 
/**
 * Token under which pieces of the answer are sent as `$/progress`; without it there are none.
 */
partial_result_token: string | number, };

/**
 * One piece of an answer: the value of a `$/progress` notification. Pieces come in order, at most every 10 ms.
 */
export type ChatPartial = { 
/**
 * Text since the last piece.
 */
content: string, 
/**
 * Reasoning since the last piece.
 */
reasoning: string, 
/**
 * Seconds for which nothing has come; null while it flows.
 */
waiting_s: number | null, };

/**
 * A tool that the model may call.
 */
export type ChatTool = { 
/**
 * Its name.
 */
name: string, 
/**
 * What it is for, in words for the model.
 */
description: string, 
/**
 * JSON schema of its arguments.
 */
parameters: unknown, };

/**
 * One chip (ASIC). A missing value is null and its reason stands in the findings.
 */
export type Chip = { 
/**
 * PCI address; null for a chip behind another chip's Ethernet.
 */
bus_id: string | null, 
/**
 * The N of `/dev/tenstorrent/N`.
 */
node: number | null, 
/**
 * Board name, for example `n300` or `p150b`.
 */
board_type: string | null, 
/**
 * Family that decides the product; null for an unknown board.
 */
family: Family | null, 
/**
 * Board id as 16 hexadecimal digits; chips of one board share it.
 */
board_id: string | null, 
/**
 * Architecture.
 */
arch: Arch | null, 
/**
 * True for a chip without PCIe of its own.
 */
remote: boolean, 
/**
 * Degrees Celsius.
 */
temperature_c: number | null, 
/**
 * Watt.
 */
power_w: number | null, 
/**
 * Ampere.
 */
current_a: number | null, 
/**
 * Volt.
 */
voltage_v: number | null, 
/**
 * Megahertz.
 */
aiclk_mhz: number | null, 
/**
 * Firmware bundle version.
 */
fw_bundle: string | null, 
/**
 * Counter of the firmware; it moves while the firmware lives.
 */
heartbeat: number | null, 
/**
 * tt-smi's word on the memory training; null when it was not asked. False is a hint and no more on Blackhole: tt-smi
 * before 4.1.1 says so of healthy boards with firmware 19.7.
 */
dram_ok: boolean | null, 
/**
 * Temperature at which it throttles, in degrees Celsius.
 */
temperature_limit_c: number | null, 
/**
 * Power that it may draw, in watt; only tt-smi tells.
 */
power_limit_w: number | null, 
/**
 * Processes that hold it.
 */
holders: Array<Holder>, };

/**
 * Everything that a person may choose; whatever is left out is as published or as the settings say.
 */
export type Choices = { 
/**
 * Host or container; left out, vLLM entries run on the host and all others in a container.
 */
target?: Target, 
/**
 * What the server shall be good at.
 */
preset?: Preset, 
/**
 * Port in place of the setting.
 */
port?: number, 
/**
 * Address to listen on in place of the setting.
 */
host?: string, 
/**
 * Context length in tokens.
 */
context?: number, 
/**
 * Sequences at once.
 */
sequences?: number, 
/**
 * Chips to use, by number, with commas.
 */
chips?: string, 
/**
 * Folder with the weights in place of the repository.
 */
weights?: string, 
/**
 * Further arguments for vLLM.
 */
extra?: Array<string>, };

/**
 * Parameters of `tenstorrent/command`.
 */
export type CommandParams = { 
/**
 * Entry id, model name or repository.
 */
model: string, 
/**
 * Device name of the spec file; null takes the best one that this box has.
 */
device: string | null, 
/**
 * True also takes an entry of another device that may run here, with reduced parameters. The id of such an entry
 * says so by itself.
 */
experimental: boolean, 
/**
 * Shell that the text is quoted for; null is bash.
 */
shell: Shell | null, 
/**
 * What is to be otherwise than published.
 */
choices?: Choices, 
/**
 * Files in which the command leaves its process, its exit code and its output, for a terminal that tells nobody;
 * null leaves none.
 */
traces?: Traces, };

/**
 * Parameters of `tenstorrent/doctor`.
 */
export type DoctorParams = Record<symbol, never>;

/**
 * How an answer ended.
 */
export type Ended = "stop" | "length" | "tool_calls" | "other" | "cut_off" | "stalled" | "failed";

/**
 * Parameters of `tenstorrent/server/ended`: a command that was started in a terminal has come to its end.
 */
export type EndedParams = { 
/**
 * Port of the server.
 */
port: number, 
/**
 * Exit code of the command; null when the shell did not say.
 */
exit_code: number | null, 
/**
 * True when the person has ended it.
 */
stopped: boolean, };

/**
 * One environment.
 */
export type Environment = { 
/**
 * Its name, which is that of its folder.
 */
name: string, 
/**
 * Its folder.
 */
folder: string, 
/**
 * tt-metal as the entry names it.
 */
metal: string, 
/**
 * vLLM as the entry names it.
 */
vllm: string, 
/**
 * Era of the vLLM tree.
 */
era: string, 
/**
 * True when every step of its setup but the weights is done.
 */
ready: boolean, 
/**
 * True when commands use it where no other fits.
 */
in_use: boolean, 
/**
 * Bytes on disk; null when the folder did not answer in time.
 */
bytes: number | null, };

/**
 * Answer of `tenstorrent/environments` and of `env list --json`.
 */
export type Environments = { 
/**
 * Version of this shape.
 */
schema: number, 
/**
 * Folder of all environments.
 */
root: string, 
/**
 * The environments, by name.
 */
environments: Array<Environment>, };

/**
 * Parameters of `tenstorrent/environments`.
 */
export type EnvironmentsParams = Record<symbol, never>;

/**
 * An entry that this box is not offered.
 */
export type Excluded = { 
/**
 * Unique id of the entry.
 */
model_id: string, 
/**
 * Short name.
 */
model_name: string, 
/**
 * Device that it is listed for.
 */
device_type: string, 
/**
 * `vLLM`, `media` or `forge`.
 */
engine: string, 
/**
 * `COMPLETE`, `FUNCTIONAL` or `EXPERIMENTAL`.
 */
status: string, 
/**
 * The last release that lists it.
 */
last_release: string, 
/**
 * What is missing, in one sentence.
 */
missing: string, 
/**
 * True when `--experimental` offers it.
 */
experimental: boolean, };

/**
 * A chip as it was before a reset.
 */
export type ExpectedChip = { 
/**
 * PCI address.
 */
bus_id: string, 
/**
 * Board name, when it was known.
 */
board_type: string | null, };

/**
 * The step that has failed, for whoever asks somebody about it. The likely cause stands in the failure itself.
 */
export type FailedStep = { 
/**
 * Its name in the plan.
 */
id: string, 
/**
 * What it does.
 */
title: string, 
/**
 * Its program, as a line of a shell; empty when it has none of its own.
 */
command: string, 
/**
 * The last lines that it printed, without secrets and without the name of the home folder.
 */
tail: Array<string>, };

/**
 * A failure in the words of the person who meets it.
 */
export type Failure = { 
/**
 * What class of failure this is.
 */
kind: FailureKind, 
/**
 * What happened, in one sentence without a full stop.
 */
what: string, 
/**
 * Why, as far as we know: the message of the system or the rule that said no.
 */
why: string, 
/**
 * What to do next.
 */
next: string, };

/**
 * The kind of a failure. It decides the exit code of the command line and nothing else.
 */
export type FailureKind = "internal" | "usage" | "no_device" | "no_match" | "input" | "tool" | "network" | "not_supported" | "cancelled";

/**
 * The family of a board: variants that serve alike share one (p150a, p150b and p150c are `P150`).
 */
export type Family = "n150" | "n300" | "galaxy_wormhole" | "p100" | "p150" | "p300" | "galaxy_blackhole";

/**
 * How a file lies there.
 */
export type FileCondition = "missing" | "current" | "outdated" | "edited" | "foreign" | "open";

/**
 * A file that a command refers to, and how it lies there.
 */
export type FileState = { 
/**
 * Where it belongs.
 */
path: string, 
/**
 * What it is for.
 */
purpose: Purpose, 
/**
 * How it lies there.
 */
condition: FileCondition, };

/**
 * One finding about the host. Never a guess without its evidence.
 */
export type Finding = { 
/**
 * Stable name, for example `driver.missing`.
 */
id: string, 
/**
 * How much it matters.
 */
severity: Severity, 
/**
 * What is the matter, in one line.
 */
title: string, 
/**
 * What was seen that says so.
 */
evidence: string, 
/**
 * What to do about it; empty where there is nothing to do.
 */
next: string, 
/**
 * A page that says more.
 */
link: string | null, };

/**
 * Memory and disk of this host against what the publisher asks for.
 */
export type Fit = "fits" | "unknown" | "tight" | "no";

/**
 * A process that is gone.
 */
export type Gone = { 
/**
 * Process id.
 */
pid: number, 
/**
 * `INT`, `TERM`, `KILL`, or null.
 */
signal: string | null, };

/**
 * How the box is.
 */
export type Health = "checking" | "healthy" | "busy" | "warning" | "stale" | "no_device" | "no_driver" | "error";

/**
 * A process that holds a device. Pid and start together name this very process and no later one.
 */
export type Holder = { 
/**
 * Process id; 0 for a process outside this container.
 */
pid: number, 
/**
 * Its user; null when it cannot be seen.
 */
user: string | null, 
/**
 * Its command line; null when it cannot be seen.
 */
command: string | null, 
/**
 * Start in clock ticks since boot; null when it cannot be seen.
 */
start_ticks: number | null, 
/**
 * Start in seconds since 1970; null when it cannot be seen.
 */
started: number | null, 
/**
 * True for a service that watches every chip of a Galaxy: it does not make the box busy.
 */
telemetry: boolean, };

/**
 * What is in this box.
 */
export type Host = { 
/**
 * Version of this shape.
 */
schema: number, 
/**
 * Name of the simulated box; null for a real one.
 */
simulated: string | null, 
/**
 * Spec name of the whole box (`N300`, `T3K` …), or null.
 */
product: string | null, 
/**
 * Why it has that name, or none.
 */
product_reason: string, 
/**
 * Every spec name that this box can run, the whole box first.
 */
runnable: Array<string>, 
/**
 * The same with reasons.
 */
placements: Array<Placement>, 
/**
 * Boards.
 */
boards: Array<Board>, 
/**
 * Chips, those on PCIe first, in order of their address.
 */
chips: Array<Chip>, 
/**
 * Version of the kernel driver.
 */
driver: string | null, 
/**
 * Memory and disk.
 */
resources: Resources, 
/**
 * How it is.
 */
health: Health, 
/**
 * What is worth telling, the worst first.
 */
findings: Array<Finding>, };

/**
 * Answer of `tenstorrent/command/files`.
 */
export type InstalledFiles = { 
/**
 * Version of this shape.
 */
schema: number, 
/**
 * The files as they lie there now.
 */
files: Array<FileState>, };

/**
 * A failure that others have met before.
 */
export type KnownCause = { 
/**
 * What most likely went wrong.
 */
cause: string, 
/**
 * What to do.
 */
next: string, 
/**
 * Where that is known from.
 */
source: string, };

/**
 * A process that is still there.
 */
export type Left = { 
/**
 * Process id.
 */
pid: number, 
/**
 * Why: not permitted, inside a container, or it does not end.
 */
why: string, 
/**
 * What to do.
 */
next: string, };

/**
 * Answer of `tenstorrent/lesson`: the lesson for this machine.
 */
export type Lesson = { 
/**
 * Version of this shape.
 */
schema: number, 
/**
 * Name of the simulated box; null for a real one.
 */
simulated: string | null, 
/**
 * Entry of the model that it is filled in for; null where there is none.
 */
model_id: string | null, 
/**
 * The lesson as Markdown, without links to commands.
 */
markdown: string, 
/**
 * The commands in it.
 */
commands: Array<LessonCommand>, 
/**
 * What its placeholders stand for on this machine, by their names; empty where it cannot do the step.
 */
values: { [key in string]: string }, 
/**
 * Its id, which is that of its step.
 */
id: string, 
/**
 * Id of its walkthrough.
 */
walkthrough: string, 
/**
 * Its title.
 */
title: string, 
/**
 * True when its step is proved.
 */
done: boolean, 
/**
 * True when this machine can do it.
 */
can: boolean, 
/**
 * Why it cannot; empty where it can.
 */
why: string, 
/**
 * Id of the nearest step that it can do instead; null where it can, and where there is none.
 */
nearest: string | null, };

/**
 * A command in a lesson.
 */
export type LessonCommand = { 
/**
 * The heading that it stands under.
 */
about: string, 
/**
 * Its text, one or more lines.
 */
text: string, };

/**
 * Parameters of `tenstorrent/lesson`.
 */
export type LessonParams = { 
/**
 * Id of a step.
 */
id: string, };

/**
 * A lesson in the list.
 */
export type LessonRow = { 
/**
 * Its id, which is that of its step.
 */
id: string, 
/**
 * Id of its walkthrough.
 */
walkthrough: string, 
/**
 * Its title.
 */
title: string, 
/**
 * True when its step is proved.
 */
done: boolean, 
/**
 * True when this machine can do it.
 */
can: boolean, 
/**
 * Why it cannot; empty where it can.
 */
why: string, 
/**
 * Id of the nearest step that it can do instead; null where it can, and where there is none.
 */
nearest: string | null, };

/**
 * How a step of a walkthrough stands.
 */
export type LessonStep = { 
/**
 * Its id.
 */
id: string, 
/**
 * Id of its walkthrough.
 */
walkthrough: string, 
/**
 * Its title.
 */
title: string, 
/**
 * True when it is proved.
 */
done: boolean, 
/**
 * What proves it.
 */
proof: Proof, 
/**
 * The same in words.
 */
proof_text: string, 
/**
 * What to do when it did not work.
 */
hint: string, 
/**
 * Seconds since 1970 at which it was proved.
 */
at: number | null, 
/**
 * What proved it.
 */
run: string | null, };

/**
 * Answer of `tenstorrent/lessons` and of `lesson --json`.
 */
export type Lessons = { 
/**
 * Version of this shape.
 */
schema: number, 
/**
 * Name of the simulated box; null for a real one.
 */
simulated: string | null, 
/**
 * The lessons, in the order of the walkthroughs.
 */
lessons: Array<LessonRow>, };

/**
 * Parameters of `tenstorrent/lessons`.
 */
export type LessonsParams = Record<symbol, never>;

/**
 * One level of a measurement.
 */
export type Level = { 
/**
 * Requests at once.
 */
concurrency: number, 
/**
 * Requests that were answered whole.
 */
answered: number, 
/**
 * Requests that were not.
 */
failed: number, 
/**
 * Tokens of one prompt, as the server counts them; 0 when it does not.
 */
prompt_tokens: number, 
/**
 * Tokens of all answers.
 */
answer_tokens: number, 
/**
 * Milliseconds to the first token: median.
 */
first_token_ms_p50: number, 
/**
 * The same, that 95 of 100 requests stay below.
 */
first_token_ms_p95: number, 
/**
 * Tokens a second for one request, from its first token on: median.
 */
tokens_per_s_user_p50: number, 
/**
 * The same, that 95 of 100 requests stay above.
 */
tokens_per_s_user_p95: number, 
/**
 * Tokens a second of all requests together.
 */
tokens_per_s: number, 
/**
 * The best published target that it holds; empty for none of them, null where there is none.
 */
reached: string | null, };

/**
 * How a server is.
 */
export type Life = "busy" | "ready" | "starting" | "failing" | "lost" | "stopped" | "idle";

/**
 * What a server has to do.
 */
export type Load = { 
/**
 * Requests that it works on.
 */
running: number, 
/**
 * Requests that wait.
 */
waiting: number, 
/**
 * Part of the KV cache in use, 0 to 1; null when it does not say.
 */
kv_cache_use: number | null, 
/**
 * Tokens a second, between the last two looks; null before the second one.
 */
tokens_per_s: number | null, 
/**
 * Mean seconds to the first token: between the last two looks, else since the start; null without a request.
 */
first_token_s: number | null, };

/**
 * One entry that can run on this box.
 */
export type Match = { 
/**
 * Unique id of the entry.
 */
model_id: string, 
/**
 * Short name.
 */
model_name: string, 
/**
 * The name up to its first dash, which names the family of the model.
 */
family: string, 
/**
 * Repository on the Hugging Face hub.
 */
hf_model_repo: string, 
/**
 * Device name of the entry, which can be a part of this box.
 */
device_type: string, 
/**
 * `vLLM`, `media` or `forge`.
 */
engine: string, 
/**
 * Name of the code that serves it.
 */
implementation: string, 
/**
 * `LLM`, `IMAGE` …
 */
model_type: string, 
/**
 * What it is for: `chat`, `vision` …
 */
tasks: Array<string>, 
/**
 * `COMPLETE`, `FUNCTIONAL` or `EXPERIMENTAL`.
 */
status: string, 
/**
 * True when a published file lists it for exactly this device and calls it more than experimental.
 */
validated: boolean, 
/**
 * Longest context in tokens; null for models that have none, although the spec files give every entry one.
 */
max_context: number | null, 
/**
 * Most sequences at once.
 */
max_concurrency: number | null, 
/**
 * Free disk in GB that the publisher asks for.
 */
min_disk_gb: number | null, 
/**
 * Memory in GB that the publisher asks for.
 */
min_ram_gb: number | null, 
/**
 * True when the newest release lists it.
 */
current: boolean, 
/**
 * Releases that list it, oldest first.
 */
releases: Array<string>, 
/**
 * Whether this host has the memory and the disk.
 */
fit: Fit, 
/**
 * The weights on this host.
 */
weights: Weights, 
/**
 * How far it is from answering.
 */
readiness: Readiness, 
/**
 * How it would run here, for an entry of another device.
 */
experimental: Carried | null, 
/**
 * True when it can be served from a checkout on this host; false when only a container can.
 */
command: boolean, 
/**
 * Why it stands where it stands.
 */
reasons: Array<string>, };

/**
 * Answer of `tenstorrent/match` and of `list --json`.
 */
export type MatchList = { 
/**
 * Version of this shape.
 */
schema: number, 
/**
 * Spec name of the box.
 */
product: string | null, 
/**
 * Name of the simulated box; null for a real one.
 */
simulated: string | null, 
/**
 * The catalog that answered.
 */
source: string, 
/**
 * The task that was asked for.
 */
task: string | null, 
/**
 * Memory and disk of this host.
 */
resources: Resources, 
/**
 * Answers, the best first.
 */
matches: Array<Match>, };

/**
 * Parameters of `tenstorrent/match`.
 */
export type MatchParams = { 
/**
 * Words that the name or the repository must hold, or a task; null asks for everything.
 */
query: string | null, 
/**
 * What the model must be for: `chat`, `t2i` …
 */
task: string | null, 
/**
 * True for entries of other devices that may run here all the same.
 */
experimental: boolean, 
/**
 * At most so many answers.
 */
limit: number | null, 
/**
 * True for entries of every device, also of those that this box has not.
 */
all: boolean, };

/**
 * Answer of `tenstorrent/show` and of `show --json`.
 */
export type ModelDetails = { 
/**
 * Version of this shape.
 */
schema: number, 
/**
 * Spec name of the box.
 */
product: string | null, 
/**
 * Name of the simulated box; null for a real one.
 */
simulated: string | null, 
/**
 * The catalog that answered.
 */
source: string, 
/**
 * Entries that run on this box, the best first; those of other devices that may run here come last.
 */
matches: Array<Match>, 
/**
 * Entries of other devices, and the one thing that is missing.
 */
excluded: Array<Excluded>, 
/**
 * The same as Markdown.
 */
text: string, };

/**
 * Parameters of `tenstorrent/monitor`.
 */
export type MonitorParams = { 
/**
 * Seconds between two looks: 2 ("live"), 30, 60, 120, 300 or 600.
 */
interval_s: number, 
/**
 * False stops looking by itself; a probe on request still shows.
 */
auto_update: boolean, };

/**
 * What a step needs beside time.
 */
export type Need = "sudo" | "network" | "token";

/**
 * Something that stands in the way.
 */
export type Obstacle = { 
/**
 * Its name.
 */
id: string, 
/**
 * True when the setup does not begin before it is out of the way; false for a warning.
 */
blocking: boolean, 
/**
 * What is wrong.
 */
what: string, 
/**
 * How that is known.
 */
why: string, 
/**
 * What to do.
 */
next: string, };

/**
 * A spec name that this box can run, and why.
 */
export type Placement = { 
/**
 * Device name as the spec files write it, for example `T3K`.
 */
device_type: string, 
/**
 * True when it is the whole box and not a part of it.
 */
exact: boolean, 
/**
 * True when only vLLM entries of that device carry over (the mesh is alike, the board is not).
 */
vllm_only: boolean, 
/**
 * How it comes about.
 */
reason: string, };

/**
 * Answer of `tenstorrent/server/prepare`: a command, and whether it can start now.
 */
export type PreparedServer = { 
/**
 * Version of this shape.
 */
schema: number, 
/**
 * The command.
 */
command: ServeCommand, 
/**
 * Port that it will listen on.
 */
port: number, 
/**
 * What stands in the way; null when it can start.
 */
obstacle: Failure | null, 
/**
 * The next free port, when the wanted one is taken.
 */
free_port: number | null, };

/**
 * What the server shall be good at, within the limits of the entry.
 */
export type Preset = "spec" | "long-context" | "many-users" | "low-latency";

/**
 * Parameters of `tenstorrent/probe`.
 */
export type ProbeParams = { 
/**
 * True asks tt-smi too, which opens every device.
 */
refresh: boolean, };

/**
 * A process beyond doubt.
 */
export type ProcessId = { 
/**
 * Process id.
 */
pid: number, 
/**
 * Start in clock ticks since boot.
 */
start_ticks: number, };

/**
 * Answer of `tenstorrent/progress`.
 */
export type Progress = { 
/**
 * Version of this shape.
 */
schema: number, 
/**
 * Name of the simulated box; null for a real one.
 */
simulated: string | null, 
/**
 * The steps of all walkthroughs, in order.
 */
steps: Array<LessonStep>, 
/**
 * For `prove`: why the step is not proved; null when it is.
 */
refused: Failure | null, 
/**
 * For `export`: the proofs as JSON; null for the others.
 */
text: string | null, 
/**
 * Folder with the proofs.
 */
folder: string, };

/**
 * What to do about progress.
 */
export type ProgressAction = "get" | "prove" | "export" | "reset";

/**
 * Parameters of `tenstorrent/progress`.
 */
export type ProgressParams = { 
/**
 * What to do.
 */
action: ProgressAction, 
/**
 * For `prove`: the step. For `reset`: the one to forget; left out, all.
 */
step?: string, 
/**
 * For `prove`: exit code of what was run; left out when nothing was run.
 */
exit_code?: number, 
/**
 * For `prove`: what was run, in a few words.
 */
run?: string, 
/**
 * For `prove`: files that it has written, as absolute paths; each must be there and not empty.
 */
files?: Array<string>, };

/**
 * A token of the editor.
 */
export type ProgressToken = number | string;

/**
 * What proves a step.
 */
export type Proof = "board_seen" | "environment_verified" | "weights_complete" | "command_made" | "server_ready" | "chat_answered" | "script_succeeded" | "files_written";

/**
 * Where one value of a command comes from.
 */
export type Provenance = { 
/**
 * Argument or variable.
 */
name: string, 
/**
 * Its value.
 */
value: string, 
/**
 * File, release and key, or the setting.
 */
source: string, 
/**
 * The rule that made it what it is; empty when it is as the source has it.
 */
rule: string, };

/**
 * One published target.
 */
export type PublishedTarget = { 
/**
 * `functional`, `complete` or `target`.
 */
name: string, 
/**
 * Requests at once.
 */
concurrency: number, 
/**
 * Tokens of a prompt.
 */
prompt_tokens: number, 
/**
 * Tokens of an answer.
 */
answer_tokens: number, 
/**
 * Milliseconds to the first token, at most.
 */
first_token_ms: number | null, 
/**
 * Tokens a second for each user, at least.
 */
tokens_per_s_user: number | null, };

/**
 * What a file is for.
 */
export type Purpose = "launcher" | "model_spec" | "secrets";

/**
 * How far an entry is from answering, the nearest first. It names the sections of the model picker.
 */
export type Readiness = "ready" | "needs_download" | "needs_setup" | "experimental" | "does_not_fit" | "elsewhere";

/**
 * Parameters of `tenstorrent/reset/release`.
 */
export type ReleaseParams = { 
/**
 * Processes to end.
 */
holders: Array<ProcessId>, };

/**
 * Answer of `tenstorrent/reset/release`.
 */
export type Released = { 
/**
 * Version of this shape.
 */
schema: number, 
/**
 * Processes that are gone, and the signal that it took; null for one that was gone already.
 */
gone: Array<Gone>, 
/**
 * Processes that are still there, and why.
 */
left: Array<Left>, };

/**
 * Whether a repository may be read.
 */
export type RepoAccess = { 
/**
 * The repository.
 */
repo: string, 
/**
 * Models whose weights lie there.
 */
models: Array<string>, 
/**
 * Why it may not be read, and what to do; null when it may.
 */
refused: Failure | null, };

/**
 * Answer of `tenstorrent/doctor` and of `doctor --json`.
 */
export type Report = { 
/**
 * Version of this shape.
 */
schema: number, 
/**
 * Findings, the worst first.
 */
findings: Array<Finding>, 
/**
 * The report as Markdown.
 */
text: string, };

/**
 * Parameters of `tenstorrent/reset/plan`.
 */
export type ResetParams = { 
/**
 * PCI addresses; the whole boards that they belong to are reset. Empty is every board.
 */
bus_ids: Array<string>, };

/**
 * Answer of `tenstorrent/reset/plan`.
 */
export type ResetPlan = { 
/**
 * Version of this shape.
 */
schema: number, 
/**
 * The boards in words, for example `n300 at 0000:01:00.0`.
 */
boards: Array<string>, 
/**
 * Processes that hold one of them and would lose it for good. A telemetry service is not among them.
 */
holders: Array<Holder>, 
/**
 * True when some process holds a board and cannot be seen from here (another container, another user).
 */
unseen_holders: boolean, 
/**
 * Commands to run, one after the other, each as program and arguments.
 */
commands: Array<Array<string>>, 
/**
 * The same as one line for a shell.
 */
text: string, 
/**
 * True when the command asks for a password: it must run in a terminal.
 */
sudo: boolean, 
/**
 * What must be there again afterwards.
 */
expected: Array<ExpectedChip>, 
/**
 * Seconds after which the boards should be back.
 */
deadline_s: number, 
/**
 * What the person should know before saying yes.
 */
notes: Array<string>, 
/**
 * Name of the simulated box, on which nothing would be run; null for a real one.
 */
simulated: string | null, };

/**
 * What the host has to offer besides cards.
 */
export type Resources = { 
/**
 * Installed memory in GiB.
 */
ram_total_gib: number | null, 
/**
 * Memory that programs can still get, in GiB.
 */
ram_available_gib: number | null, 
/**
 * Free space in GiB where weights go.
 */
disk_free_gib: number | null, 
/**
 * Folder where weights go.
 */
weights_dir: string, };

/**
 * Answer of `tenstorrent/command` and of `command --json`.
 */
export type ServeCommand = { 
/**
 * Version of this shape.
 */
schema: number, 
/**
 * Entry that is served.
 */
model_id: string, 
/**
 * Its short name.
 */
model_name: string, 
/**
 * Device name of the entry.
 */
device_type: string, 
/**
 * Name of the simulated box; null for a real one.
 */
simulated: string | null, 
/**
 * What the command starts.
 */
target: Target, 
/**
 * Shell that the text is quoted for.
 */
shell: Shell, 
/**
 * The command as text; every line but the last ends in a backslash.
 */
text: string, 
/**
 * What to try once the server is ready.
 */
tests: Array<Trial>, 
/**
 * Files that the command refers to; the request `tenstorrent/command/files` writes them.
 */
files: Array<FileState>, 
/**
 * Era of the vLLM tree that the command is made for; null for other engines.
 */
era: string | null, 
/**
 * Folder to run it in.
 */
cwd: string, 
/**
 * Environment, in order.
 */
env: Array<Variable>, 
/**
 * Program to run.
 */
program: string, 
/**
 * Its arguments.
 */
args: Array<string>, 
/**
 * Path of our launcher when the command runs through it.
 */
launcher: string | null, 
/**
 * The argument that holds the TT configuration; null when there is none.
 */
tt_config_flag: string | null, 
/**
 * What the reader should know before running it.
 */
notes: Array<string>, 
/**
 * Where each value comes from.
 */
provenance: Array<Provenance>, };

/**
 * A model that a server offers.
 */
export type ServedModel = { 
/**
 * The name to ask for.
 */
id: string, 
/**
 * Context in tokens; null when the server does not say.
 */
max_model_len: number | null, };

/**
 * What to do about servers.
 */
export type ServerAction = "discover" | "watch" | "stop";

/**
 * A server.
 */
export type ServerInfo = { 
/**
 * How it was found.
 */
source: ServerSource, 
/**
 * How it is.
 */
life: Life, 
/**
 * Base address.
 */
url: string, 
/**
 * Its port on this machine; null for another machine.
 */
port: number | null, 
/**
 * Models that it offers.
 */
models: Array<ServedModel>, 
/**
 * Entry of the catalog; null when it is not known.
 */
model_id: string | null, 
/**
 * Short name for people: of the entry, else of the first model.
 */
name: string, 
/**
 * Its process; null when it is not known, or none.
 */
pid: number | null, 
/**
 * Its container, by name.
 */
container: string | null, 
/**
 * File with its output.
 */
log: string | null, 
/**
 * Seconds since 1970 at which it was started.
 */
started_at: number | null, 
/**
 * Exit code of a command that was typed into a terminal and has ended; null where it is not known.
 */
exit_code: number | null, 
/**
 * Steps of its start, while it starts.
 */
steps: Array<BootStep>, 
/**
 * What it has to do.
 */
load: Load | null, 
/**
 * True when it was started with a parser for tool calls.
 */
tool_calls: boolean, 
/**
 * True when it refuses whoever has no key, or another one.
 */
wants_key: boolean, 
/**
 * True when it has answered a question that went with a key of ours.
 */
with_key: boolean, 
/**
 * True when we can end it.
 */
can_stop: boolean, 
/**
 * What is wrong, or why it is as it is; may be empty.
 */
why: string, 
/**
 * What to do; may be empty.
 */
next: string, };

/**
 * Parameters of `tenstorrent/server/key`.
 */
export type ServerKeyParams = { 
/**
 * Address of the server; left out, that of the setting server_url. The key is for its scheme, host and port only.
 */
url?: string, 
/**
 * The key; null forgets it.
 */
key: string | null, };

/**
 * Parameters of `tenstorrent/server`.
 */
export type ServerParams = { 
/**
 * What to do.
 */
action: ServerAction, 
/**
 * For `watch`: the revision that is known; the answer comes when there is another one, or after half a minute.
 */
known?: string, 
/**
 * For `stop`: port of the server; left out, the one that we have started.
 */
port?: number, 
/**
 * For `stop`: a part of the name of its model.
 */
model?: string, };

/**
 * How a server was found.
 */
export type ServerSource = "setting" | "started" | "port" | "tt_cli" | "container";

/**
 * Answer of `tenstorrent/server`: the best server first.
 */
export type ServerState = { 
/**
 * Version of this shape.
 */
schema: number, 
/**
 * How the best server is.
 */
life: Life, 
/**
 * A few words for the status bar, for example `Llama-3.1-8B ready`; empty when there is none.
 */
text: string, 
/**
 * One sentence for a screen reader.
 */
summary: string, 
/**
 * Markdown about all of them.
 */
tooltip: string, 
/**
 * The servers.
 */
servers: Array<ServerInfo>, 
/**
 * What somebody else has on the port of the settings; null when it is free or ours.
 */
port_taken: string | null, 
/**
 * Changes whenever anything that shows does.
 */
revision: string, };

/**
 * One program of a step.
 */
export type SetupCommand = { 
/**
 * Program and arguments.
 */
argv: Array<string>, 
/**
 * Folder to run it in.
 */
cwd: string, 
/**
 * Variables that are set.
 */
env: Array<Variable>, 
/**
 * Variables that are taken away.
 */
unset: Array<string>, 
/**
 * File without which the command is left out; null when it always runs.
 */
only_if: string | null, };

/**
 * Answer of `tenstorrent/setup/run`.
 */
export type SetupOutcome = { 
/**
 * Version of this shape.
 */
schema: number, 
/**
 * Plan that was run.
 */
plan: string, 
/**
 * Name of the environment; null for a container.
 */
environment: string | null, 
/**
 * Steps that this run has run.
 */
ran: Array<string>, 
/**
 * Steps that were done before.
 */
done_before: Array<string>, 
/**
 * True when another process has run it.
 */
joined: boolean, 
/**
 * One sentence for the person.
 */
text: string, };

/**
 * Parameters of `tenstorrent/setup/plan`.
 */
export type SetupParams = { 
/**
 * Entry id, model name or repository.
 */
model: string, 
/**
 * Device name of the spec file; null takes the best one that this box has.
 */
device: string | null, 
/**
 * Shell that the line for a terminal is quoted for; null is bash.
 */
shell?: Shell, };

/**
 * Answer of `tenstorrent/setup/plan` and of `setup --dry-run --json`.
 */
export type SetupPlan = { 
/**
 * Version of this shape.
 */
schema: number, 
/**
 * The same for the same goal, however far it has come.
 */
id: string, 
/**
 * Entry.
 */
model_id: string, 
/**
 * Its short name.
 */
model_name: string, 
/**
 * Its device name.
 */
device_type: string, 
/**
 * Name of the simulated box; null for a real one.
 */
simulated: string | null, 
/**
 * What it will be served from.
 */
target: Target, 
/**
 * Name of the environment; null for a container.
 */
environment: string | null, 
/**
 * Its folder.
 */
folder: string | null, 
/**
 * Era of the vLLM tree; null for a container.
 */
era: string | null, 
/**
 * The steps, in order.
 */
steps: Array<SetupStep>, 
/**
 * Everything that stands in the way.
 */
obstacles: Array<Obstacle>, 
/**
 * What the reader should know.
 */
notes: Array<string>, 
/**
 * The plan as Markdown.
 */
text: string, 
/**
 * A bash script that does the same; empty where a word of it cannot be written down.
 */
script: string, 
/**
 * What runs it from a terminal: program and arguments as one line for a shell.
 */
terminal: string, };

/**
 * One snapshot of a run: the value of `$/progress`, and a line of `setup --json`.
 */
export type SetupProgress = { 
/**
 * Version of this shape.
 */
schema: number, 
/**
 * `begin`, `report` or `end`, as the language server protocol has it.
 */
kind: string, 
/**
 * Heading, for the first event.
 */
title: string, 
/**
 * One line for the person.
 */
message: string, 
/**
 * Plan that is run.
 */
plan: string, 
/**
 * Where the run stands.
 */
state: SetupState, 
/**
 * Steps that are done.
 */
step: number, 
/**
 * Steps in all.
 */
of: number, 
/**
 * Every step.
 */
steps: Array<StepProgress>, 
/**
 * True when another process runs it and this one watches.
 */
joined: boolean, 
/**
 * Why it has ended; null while it runs and when all is well.
 */
failure: Failure | null, 
/**
 * The step that has failed; null when none has.
 */
failed: FailedStep | null, };

/**
 * Parameters of `tenstorrent/setup/run`.
 */
export type SetupRunParams = { 
/**
 * Entry id, model name or repository.
 */
model: string, 
/**
 * Device name of the spec file; null takes the best one that this box has.
 */
device: string | null, 
/**
 * Token under which `$/progress` is sent; null sends none.
 */
work_done_token: ProgressToken | null, };

/**
 * How far one step, or a whole run, has come.
 */
export type SetupState = "pending" | "running" | "waiting" | "done" | "failed" | "cancelled";

/**
 * One step of a plan.
 */
export type SetupStep = { 
/**
 * Its name in this plan.
 */
id: string, 
/**
 * What it does, in words.
 */
title: string, 
/**
 * The programs that it runs, one after the other.
 */
commands: Array<SetupCommand>, 
/**
 * Why it is needed.
 */
why: string, 
/**
 * What shows that it is done, in words.
 */
proof: string, 
/**
 * True when that is so.
 */
done: boolean, 
/**
 * What is missing, in words; empty when it is done.
 */
missing: string, 
/**
 * Bytes that it fetches; null when nobody has published it.
 */
bytes: number | null, 
/**
 * Seconds that it took the last time on this machine; null when it was not measured.
 */
expected_seconds: number | null, 
/**
 * What it needs.
 */
needs: Array<Need>, 
/**
 * Steps that must be done before.
 */
depends_on: Array<string>, 
/**
 * True when the person runs it in a terminal, and the setup waits for the proof.
 */
by_person: boolean, };

/**
 * How much a finding matters.
 */
export type Severity = "info" | "warning" | "error";

/**
 * A shell whose quoting we know.
 */
export type Shell = "bash" | "zsh" | "fish" | "sh";

/**
 * Parameters of `tenstorrent/show`.
 */
export type ShowParams = { 
/**
 * Entry id, model name or repository.
 */
model: string, };

/**
 * An entry that could not be read.
 */
export type Skipped = { 
/**
 * Release of the file.
 */
release: string, 
/**
 * Where in the file.
 */
place: string, 
/**
 * What is wrong with it.
 */
reason: string, };

/**
 * Parameters of `tenstorrent/server/started`: a command that runs in a terminal, so that it is found again.
 */
export type StartedParams = { 
/**
 * Process of the server; for a container that of docker or podman.
 */
pid?: number, 
/**
 * Process of the shell that it was started in, where its own is not known: what that runs in the foreground is taken.
 */
shell_pid?: number, 
/**
 * The marker that the command was made with (`traces` of `tenstorrent/command`): its process is taken from there.
 */
marker?: string, 
/**
 * Name of the container, as the command gives it.
 */
container?: string, 
/**
 * File that its output goes to.
 */
log?: string, 
/**
 * Entry that is served.
 */
model_id: string, 
/**
 * Its short name.
 */
model_name: string, 
/**
 * Port that it listens on.
 */
port: number, 
/**
 * Program and arguments.
 */
command: Array<string>, };

/**
 * Parameters of `tenstorrent/status`: one snapshot of everything that shows.
 */
export type Status = { 
/**
 * Version of this shape.
 */
schema: number, 
/**
 * How the box is.
 */
health: Health, 
/**
 * Text of the status bar, without an icon.
 */
text: string, 
/**
 * One sentence for a screen reader.
 */
summary: string, 
/**
 * Markdown with a row for each chip.
 */
tooltip: string, 
/**
 * Spec name of the box.
 */
product: string | null, 
/**
 * Name of the simulated box; null for a real one.
 */
simulated: string | null, 
/**
 * Ids of the walkthrough steps whose thing is proved.
 */
done: Array<string>, 
/**
 * Seconds between two looks; null when the person has switched automatic updates off.
 */
interval_s: number | null, };

/**
 * How far one step has come.
 */
export type StepProgress = { 
/**
 * Its name in the plan.
 */
id: string, 
/**
 * What it does.
 */
title: string, 
/**
 * Where it stands.
 */
state: SetupState, 
/**
 * Units that are done; null while nobody has counted.
 */
done: number | null, 
/**
 * Units in all; null when it is not known.
 */
total: number | null, 
/**
 * What is counted: `bytes`, `objects`, `files`, `packages`; empty while nothing is.
 */
unit: string, 
/**
 * Units a second, measured over the last seconds; null when it is not known.
 */
rate: number | null, 
/**
 * Seconds left at that rate; null when it is not known.
 */
seconds_left: number | null, 
/**
 * True when nothing has been heard of it for a minute.
 */
stalled: boolean, 
/**
 * The last line that it printed, or the command that it waits for.
 */
line: string, 
/**
 * File with all that it printed; null when it has not run.
 */
log: string | null, 
/**
 * True when this run has run it; false when it was done before.
 */
ran: boolean, };

/**
 * What the command starts.
 */
export type Target = "host" | "container";

/**
 * The two texts of a file that was left alone: the left and the right side of a diff.
 */
export type TemplateDifference = { 
/**
 * What stands there now; empty when it is no text.
 */
there: string, 
/**
 * What would be written.
 */
ours: string, };

/**
 * A template and its files.
 */
export type TemplateEntry = { 
/**
 * Short name, for commands.
 */
id: string, 
/**
 * Title for people.
 */
title: string, 
/**
 * What it does, in one sentence.
 */
about: string, 
/**
 * What it needs besides Python, in words.
 */
needs: Array<string>, 
/**
 * Id of the walkthrough step that it belongs to; null for none.
 */
lesson: string | null, 
/**
 * Its files; the first one is the one to open.
 */
files: Array<TemplateFile>, };

/**
 * A file of a template, and how it lies in the folder.
 */
export type TemplateFile = { 
/**
 * Where it belongs.
 */
path: string, 
/**
 * How it lies there, after a copy. `edited` and `foreign` were left alone.
 */
condition: FileCondition, 
/**
 * True when it was written just now.
 */
written: boolean, 
/**
 * Where the file that stood there before is kept; null when nothing was replaced.
 */
backup: string | null, 
/**
 * For a file that a copy has left alone, what to show; null otherwise.
 */
difference: TemplateDifference | null, };

/**
 * Answer of `tenstorrent/templates`.
 */
export type Templates = { 
/**
 * Version of this shape.
 */
schema: number, 
/**
 * The folder of the copies.
 */
dir: string, 
/**
 * The templates; after `copy` the one that was copied.
 */
templates: Array<TemplateEntry>, };

/**
 * What to do with templates.
 */
export type TemplatesAction = "list" | "copy";

/**
 * Parameters of `tenstorrent/templates`.
 */
export type TemplatesParams = { 
/**
 * What to do.
 */
action: TemplatesAction, 
/**
 * For `copy`: which one. For `list`: that one alone; null is all of them.
 */
id: string | null, 
/**
 * Folder for the copies, absolute or from `~`; null is `~/tt-scratchpad`.
 */
dir: string | null, 
/**
 * For `copy`, after the person was asked: an edited or foreign file is moved to `NAME.bak` and replaced.
 */
replace: boolean, };

/**
 * Parameters of `tenstorrent/token`.
 */
export type TokenParams = { 
/**
 * True asks the hub whose token it is and what it may read.
 */
check: boolean, };

/**
 * Parameters of `tenstorrent/token/set`.
 */
export type TokenSetParams = { 
/**
 * The token; null forgets it.
 */
token: string | null, };

/**
 * Answer of `tenstorrent/token`, `tenstorrent/token/set` and `login --check --json`.
 */
export type TokenState = { 
/**
 * Version of this shape.
 */
schema: number, 
/**
 * Where the token comes from: a variable, a file, or the editor; null when there is none.
 */
source: string | null, 
/**
 * The account that it belongs to; null when it was not asked for, or not told.
 */
who: string | null, 
/**
 * Why the hub did not tell.
 */
trouble: Failure | null, 
/**
 * Repositories of models that run on this box.
 */
repos: Array<RepoAccess>, };

/**
 * Answer of `tenstorrent/tokens`.
 */
export type Tokens = { 
/**
 * Tokens.
 */
tokens: number, 
/**
 * True when the server could not be asked, and this is a rule of thumb.
 */
estimated: boolean, };

/**
 * Parameters of `tenstorrent/tokens`.
 */
export type TokensParams = { 
/**
 * A text by itself; without it the conversation is counted, with what the model's template puts around it.
 */
text?: string, 
/**
 * The conversation, the oldest message first.
 */
messages: Array<ChatMessage>, 
/**
 * Which server and model; its tools count too.
 */
options?: ChatOptions, };

/**
 * Answer of `tenstorrent/tool`.
 */
export type ToolAnswer = { 
/**
 * Version of this shape.
 */
schema: number, 
/**
 * The answer for a model, as Markdown.
 */
text: string, 
/**
 * The same as an object.
 */
structured: unknown, };

/**
 * A call of a tool, whole.
 */
export type ToolCall = { 
/**
 * Id that its answer refers to.
 */
id: string, 
/**
 * Name of the tool.
 */
name: string, 
/**
 * Arguments as JSON text, as the model wrote it: it may be broken.
 */
arguments: string, };

/**
 * Parameters of `tenstorrent/tool`.
 */
export type ToolParams = { 
/**
 * Name of the tool, as `content/tools.json` has it.
 */
name: string, 
/**
 * Its arguments, as the model gave them.
 */
arguments: unknown, 
/**
 * Token under which the `$/progress` of a setup is sent; left out, none is.
 */
work_done_token?: ProgressToken, };

/**
 * Files that a command leaves behind. Their folders must be there.
 */
export type Traces = { 
/**
 * File for its process and its exit code, as an absolute path. It is written anew when the command starts.
 */
marker: string, 
/**
 * File for its output, which still shows in the terminal; left out, there is none.
 */
log?: string, };

/**
 * A command or a program that tries a server.
 */
export type Trial = { 
/**
 * What it does.
 */
title: string, 
/**
 * Its text: for the shell, or for Python where the title says so.
 */
text: string, };

/**
 * Tokens of a chat, as the server counts them.
 */
export type Usage = { 
/**
 * Tokens of the conversation.
 */
prompt_tokens: number, 
/**
 * Tokens of the answer.
 */
completion_tokens: number, 
/**
 * Both.
 */
total_tokens: number, };

/**
 * One environment variable.
 */
export type Variable = { 
/**
 * Name.
 */
name: string, 
/**
 * Value.
 */
value: string, };

/**
 * Answer of `tenstorrent/reset/verify`.
 */
export type Verified = { 
/**
 * Version of this shape.
 */
schema: number, 
/**
 * True when every expected chip is back, plausible and alive.
 */
ok: boolean, 
/**
 * One sentence for the person.
 */
text: string, 
/**
 * What is not as it should be.
 */
problems: Array<string>, 
/**
 * The next rung of the ladder; empty when all is well.
 */
next: string, 
/**
 * Seconds that it took.
 */
seconds: number, 
/**
 * The box as it is now.
 */
host: Host, };

/**
 * Parameters of `tenstorrent/reset/verify`.
 */
export type VerifyParams = { 
/**
 * What must be there, from the plan.
 */
expected: Array<ExpectedChip>, 
/**
 * Seconds to wait for it, from the plan.
 */
deadline_s: number, };

/**
 * How much of the weights is there. Greater is better.
 */
export type WeightState = "unknown" | "absent" | "partial" | "complete";

/**
 * The weights of one model on this host.
 */
export type Weights = { 
/**
 * How much is there.
 */
state: WeightState, 
/**
 * Bytes that are there.
 */
bytes: number, 
/**
 * The folder with them.
 */
folder: string | null, 
/**
 * What is missing, in words; at most a few.
 */
missing: Array<string>, };

/** Requests from the client, by method. */
export interface Requests {
  /** What is in this box. Passive, unless `refresh` asks tt-smi as well. */
  "tenstorrent/probe": { params: ProbeParams; result: Host };
  /** What runs on this box, the best first, with reasons. */
  "tenstorrent/match": { params: MatchParams; result: MatchList };
  /** Everything about one model: its entries here with reasons, and why the others are not offered. */
  "tenstorrent/show": { params: ShowParams; result: ModelDetails };
  /** What the catalog holds and how old it is; with `refresh` it is looked for newer files first. */
  "tenstorrent/catalog": { params: CatalogParams; result: CatalogInfo };
  /** The exact command that serves a model, from checkouts on this host or from its image. Writes nothing. */
  "tenstorrent/command": { params: CommandParams; result: ServeCommand };
  /** Writes the files that this command refers to, as far as nobody has edited them. */
  "tenstorrent/command/files": { params: CommandParams; result: InstalledFiles };
  /** How often the status is sent, and whether at all. Answers the status of now. */
  "tenstorrent/monitor": { params: MonitorParams; result: Status };
  /** What a reset would do: who holds the boards, which command, what must be true afterwards. Does nothing. */
  "tenstorrent/reset/plan": { params: ResetParams; result: ResetPlan };
  /** Ends the named processes: INT, then TERM, then KILL, and only if pid and start are still those. */
  "tenstorrent/reset/release": { params: ReleaseParams; result: Released };
  /** Waits until the boards are back and alive, or says what is not. */
  "tenstorrent/reset/verify": { params: VerifyParams; result: Verified };
  /** What a setup would do: steps with their proof, and everything that stands in the way. Does nothing. */
  "tenstorrent/setup/plan": { params: SetupParams; result: SetupPlan };
  /** Runs it, or joins the run of another window. Every `$/progress` is a whole `SetupProgress`. */
  "tenstorrent/setup/run": { params: SetupRunParams; result: SetupOutcome };
  /** The environments that setups have made, one for each pair of tt-metal and vLLM. */
  "tenstorrent/environments": { params: EnvironmentsParams; result: Environments };
  /** Which token for the Hugging Face hub there is; with `check` also whose it is and what it may read. */
  "tenstorrent/token": { params: TokenParams; result: TokenState };
  /** Hands over the token that the editor keeps. It stays in memory and goes to children by environment. */
  "tenstorrent/token/set": { params: TokenSetParams; result: TokenState };
  /** Which model servers run, how they are, and the end of one that we have started. */
  "tenstorrent/server": { params: ServerParams; result: ServerState };
  /** Notes a server that was started in a terminal, so that it is found again. */
  "tenstorrent/server/started": { params: StartedParams; result: ServerState };
  /** Notes that a command in a terminal has come to its end. */
  "tenstorrent/server/ended": { params: EndedParams; result: ServerState };
  /** The command of a model, and whether it can start now. */
  "tenstorrent/server/prepare": { params: CommandParams; result: PreparedServer };
  /** Hands over the key that the editor keeps for a server. It stays in memory and goes to that origin only. */
  "tenstorrent/server/key": { params: ServerKeyParams; result: ServerState };
  /** One answer of a model; its tokens come before as `$/progress`, and the answer is the whole of them. */
  "tenstorrent/chat": { params: ChatParams; result: ChatOutcome };
  /** How many tokens a text or a conversation has: as the server counts, or an estimate that says so. */
  "tenstorrent/tokens": { params: TokensParams; result: Tokens };
  /** What is known about the words of an output: likely causes, each with a next step. */
  "tenstorrent/causes": { params: CausesParams; result: Causes };
  /** The lessons, and which of them this machine can do. */
  "tenstorrent/lessons": { params: LessonsParams; result: Lessons };
  /** One lesson filled in for this machine, with every command in it. */
  "tenstorrent/lesson": { params: LessonParams; result: Lesson };
  /** Which steps of the walkthroughs are proved; takes what was done as a proof, exports, or forgets. */
  "tenstorrent/progress": { params: ProgressParams; result: Progress };
  /** Scripts to start from: which there are, and copying one. What somebody has edited is never overwritten. */
  "tenstorrent/templates": { params: TemplatesParams; result: Templates };
  /** How fast a server is; every `$/progress` is a whole `BenchProgress`. */
  "tenstorrent/bench": { params: BenchParams; result: BenchReport };
  /** A tool of an agent: the same as `tt-jukebox mcp` offers, from the list in `content/tools.json`. */
  "tenstorrent/tool": { params: ToolParams; result: ToolAnswer };
  /** What is wrong with this host, with evidence and a next step. */
  "tenstorrent/doctor": { params: DoctorParams; result: Report };
}

/** Notifications from the server, by method. */
export interface Notifications {
  "tenstorrent/status": Status;
}
