/** Everything that is known about a model, as a page beside the editor. */
import type { Parts } from "./parts";
import type { ModelDetails } from "./protocol";

/** `model` is an entry id, a name or a repository. */
export async function showDetails(parts: Parts, model: string, preserveFocus: boolean): Promise<ModelDetails> {
  const details = await parts.sidecar.request("tenstorrent/show", { model });
  const name = details.matches[0]?.model_name ?? details.excluded[0]?.model_name ?? model;
  await parts.documents.preview(name, details.text, preserveFocus);
  return details;
}
