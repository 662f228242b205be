/** The editor's proxy, as the environment that the sidecar's network library reads. */
import { workspace } from "vscode";

/** The editor's own settings that decide it. */
export const PROXY_SETTINGS = ["http.proxy", "http.noProxy", "http.proxySupport"] as const;

export interface EditorProxy {
  readonly url: string;
  readonly except: readonly string[];
}

/** A model server on this machine is asked directly, as the editor itself does. */
const THIS_MACHINE = ["localhost", "127.0.0.1", "::1"];

/** The proxy that the editor's settings name; undefined when they name none, or forbid extensions to use it. */
export function editorProxy(): EditorProxy | undefined {
  const settings = workspace.getConfiguration("http");
  const url = settings.get<string>("proxy")?.trim() ?? "";
  if (url === "" || settings.get<string>("proxySupport") === "off") {
    return undefined;
  }
  return { url, except: settings.get<readonly string[]>("noProxy") ?? [] };
}

/** The environment with the proxy in it. One that the environment names itself was chosen nearer to the machine and stays. */
export function withProxy(env: NodeJS.ProcessEnv, proxy: EditorProxy | undefined): NodeJS.ProcessEnv {
  const named = (name: string) => [name, name.toLowerCase()].some((key) => (env[key] ?? "") !== "");
  if (proxy === undefined || named("HTTPS_PROXY") || named("ALL_PROXY")) {
    return env;
  }
  const except = [env.NO_PROXY ?? env.no_proxy ?? "", ...proxy.except, ...THIS_MACHINE].filter(Boolean).join(",");
  return {
    ...env,
    HTTPS_PROXY: proxy.url,
    ...(named("HTTP_PROXY") ? {} : { HTTP_PROXY: proxy.url }),
    NO_PROXY: except,
    no_proxy: except,
  };
}
