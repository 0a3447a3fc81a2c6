// What operators do: each asks first and says what it will do. The token stays in this tab.
import {html, nothing, render} from "./lit/lit-html.js";
import {refreshAll} from "./live.js";

const TOKEN = "fairlead-admin-token";

const token = () => sessionStorage.getItem(TOKEN) || "";
export const hasToken = () => token() !== "";
export const forgetToken = () => sessionStorage.removeItem(TOKEN);

let dialog = null;

/**
 * Asks, then posts.
 *
 * @param question {title, text, confirm, danger, fields, body}: `fields` is a template in the
 *   dialog, `body(form)` makes the request's body of it
 */
export function act(path, question) {
  if (!dialog) {
    dialog = document.createElement("dialog");
    dialog.addEventListener("close", () => render(nothing, dialog));
    document.body.append(dialog);
  }
  show(path, question, {});
  dialog.showModal();
}

function show(path, question, state) {
  const done = event => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    if (state.needsToken) sessionStorage.setItem(TOKEN, String(form.get("token") || "").trim());
    post(path, question, form, Boolean(state.replicas));
  };
  render(html`
    <form method="dialog" @submit=${done}>
      <h2>${question.title}</h2>
      <p>${question.text}</p>
      ${question.fields || nothing}
      ${state.needsToken ? html`
        <label>Admin token<input type="password" name="token" autocomplete="off" required autofocus></label>
        <p class="soft">Kept in this tab until it is closed.</p>` : nothing}
      ${state.error ? html`<p class="notice bad" role="alert">${state.error}</p>` : nothing}
      ${state.replicas ? html`<ul class="bare">${state.replicas.map(r => html`<li><strong>${r.name}</strong> ${r.address} <span class="soft">${[r.outcome, r.detail].filter(Boolean).join(": ")}</span></li>`)}</ul>` : nothing}
      <div class="buttons">
        <button type="button" @click=${() => dialog.close()}>Cancel</button>
        <button class=${question.danger ? "danger" : "primary"} ?disabled=${state.busy}>${state.replicas ? "Do it at the others" : question.confirm}</button>
      </div>
    </form>`, dialog);
}

async function post(path, question, form, force) {
  show(path, question, {busy: true});
  const headers = {};
  if (hasToken()) headers.authorization = "Bearer " + token();
  let body;
  if (question.body) {
    headers["content-type"] = "application/json";
    body = JSON.stringify(question.body(form));
  }
  let answer;
  try {
    answer = await fetch("/api/v1/" + path + (force ? "?force=true" : ""), {method: "POST", headers, body});
  } catch (e) {
    show(path, question, {error: "The gateway does not answer; whether it was done is not known."});
    return;
  }
  if (answer.ok) {
    dialog.close();
    refreshAll();
    return;
  }
  const problem = await answer.json().catch(() => ({}));
  const wrong = answer.status === 401 && hasToken();
  if (answer.status === 401) forgetToken();
  show(path, question, {
    // Nothing was done, as a replica cannot take part: the others can go on without it.
    replicas: answer.status === 409 ? problem.replicas : undefined,
    needsToken: answer.status === 401,
    error: answer.status === 401 && !wrong ? "" : problem.detail || "The gateway answered " + answer.status,
  });
}
