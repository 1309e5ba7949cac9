// The sandbox's JSON API: requests, and word of changes by server-sent events with polling behind them.

/** What the sandbox answered when it refused, as a sentence. */
export class ApiError extends Error {}

async function request(path, init) {
  let response;
  try {
    response = await fetch(path, init);
  } catch {
    throw new ApiError("The sandbox does not answer. Is it still running?");
  }
  let body;
  try {
    body = await response.json();
  } catch {
    throw new ApiError(`The sandbox answered ${response.status} without JSON.`);
  }
  if (!response.ok && !(body && body.errors)) {
    throw new ApiError((body && body.error) || `The sandbox answered ${response.status}.`);
  }
  return body;
}

/** The workspace that is shown: requests are about it unless they say otherwise. Empty: the sandbox's first. */
export const at = { team: "" };

const EVERYWHERE = new Set(["lead", "clock"]);

/** GET /sandbox/<name> with query parameters. */
export function get(name, query = {}) {
  const search = new URLSearchParams({ ...(at.team ? { team: at.team } : {}), ...query }).toString();
  return request(`/sandbox/${name}${search ? `?${search}` : ""}`, { cache: "no-store" });
}

/** POST /sandbox/<name> with a JSON body; fields that are undefined are left out. */
export function post(name, body) {
  return request(`/sandbox/${name}`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(at.team && !EVERYWHERE.has(name) ? { team: at.team, ...body } : body),
  });
}

/** The bytes of a chosen file, uploaded; without `channel` it is only stored, to be put in a form. */
export async function upload(user, file, channel) {
  const content = await new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(String(reader.result).split(",", 2)[1] || "");
    reader.onerror = () => reject(new ApiError(`${file.name} could not be read.`));
    reader.readAsDataURL(file);
  });
  return post("upload", { user, channel, name: file.name, content_base64: content });
}

/** Where a person downloads a file. */
export function fileUrl(id, user) {
  return `/sandbox/file?${new URLSearchParams({ id, user, team: at.team })}`;
}

const POLL_MS = 2000;

/** Calls `changed()` whenever something may have changed; polls while server-sent events are not connected. */
export function watch(changed) {
  const source = new EventSource("/sandbox/events");
  source.onopen = changed;
  source.onmessage = changed;
  setInterval(() => {
    if (source.readyState !== EventSource.OPEN && !document.hidden) changed();
  }, POLL_MS);
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) changed();
  });
}
