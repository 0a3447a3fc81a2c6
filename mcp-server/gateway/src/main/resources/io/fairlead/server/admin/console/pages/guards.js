// What is kept in the mesh on a suspicion or by an operator, and who decides about it.
import {html, nothing} from "../lit/lit-html.js";
import {number, plural, words} from "../format.js";
import {answer} from "../live.js";
import {empty, loaded, pill, prose, select, serviceLink, tone, when} from "../parts.js";
import {act} from "../actions.js";
import {go, withQuery} from "../app.js";

const GUARDS = "/api/v1/guards?held=1000";
const HOLDS = "/api/v1/holds";
const TRANSACTIONS = "/api/v1/transactions";
const LISTED = 20;

const TTLS = [["5m", "5 minutes"], ["10m", "10 minutes"], ["30m", "30 minutes"], ["1h", "1 hour"], ["4h", "4 hours"]];

/** Opens a transaction. */
export const holdButton = () => html`<button type="button" @click=${() => act("transactions", {
  title: "Hold all changes?",
  text: "From now on nothing is pushed to any istiod, until you release it or the time is over. Then everything that changed is pushed at once.",
  confirm: "Hold changes",
  fields: html`<label>At the longest<select name="ttl">${TTLS.map(([key, text]) => html`<option value=${key} ?selected=${key === "10m"}>${text}</option>`)}</select></label>`,
  body: form => ({ttl: form.get("ttl")}),
})}>Hold changes…</button>`;

const transaction = t => html`
  <article class="card warn">
    <div class="buttons"><button type="button" class="primary" @click=${() => act("transactions/" + encodeURIComponent(t.id) + "/release", {
      title: "Release the changes?",
      text: plural(t.waiting, "waiting change") + " will be pushed to the istiods at once, unless another transaction is open.",
      confirm: "Release",
    })}>Release…</button></div>
    <div class="headline"><h3>All changes are held</h3>${pill("held", "transaction " + t.id)}</div>
    <p>${plural(t.waiting, "change")} ${t.waiting === 1 ? "waits" : "wait"}. Nothing is pushed until it is released, or ${when(t.expires)}. Opened ${when(t.opened)}.</p>
  </article>`;

export const transactions = items => html`<section><h2>Held by an operator</h2><div class="list">${items.map(transaction)}</div></section>`;

const line = (registry, h) => html`<li>${serviceLink(registry, h.service)} <span class="soft">${h.gone
  ? "gone, had " + plural(h.endpointsBefore, "endpoint")
  : h.endpointsNow + " of " + plural(h.endpointsBefore, "endpoint") + " left"} · ${when(h.since)}</span></li>`;

const namespaceOf = service => service.includes("/") ? service.slice(0, service.indexOf("/")) : "";

function byNamespace(g) {
  const groups = new Map();
  for (const h of g.held) {
    const key = namespaceOf(h.service);
    groups.set(key, [...(groups.get(key) || []), h]);
  }
  return html`${[...groups].sort(([a], [b]) => a < b ? -1 : 1).map(([namespace, held]) => html`
    <details class="box" ?open=${groups.size === 1 && held.length <= LISTED}>
      <summary>${namespace || "no namespace"} <span class="soft">${plural(held.length, "service")}</span></summary>
      <ul class="bare">${held.map(h => line(g.registry, h))}</ul>
    </details>`)}
    ${g.held.length < g.heldServices ? html`<p class="soft">and ${plural(g.heldServices - g.held.length, "other service")}: <code>fairlead get guards ${g.id}</code></p>` : nothing}`;
}

const guard = g => {
  const id = encodeURIComponent(g.id);
  const what = plural(g.heldEndpoints, "endpoint") + " of " + plural(g.heldServices, "service");
  return html`
    <article class="card ${tone(g.state)}" data-guard=${g.id}>
      <div class="buttons">
        <button type="button" class="danger" @click=${() => act("guards/" + id + "/approve", {
          title: "Remove them from the mesh?",
          text: what + " of " + g.registry + " will leave the mesh at once: the registry no longer has them, and istiod will send no request there any more.",
          confirm: "Remove " + plural(g.heldEndpoints, "endpoint"),
          danger: true,
        })}>Remove them…</button>
        ${g.state === "rejected" ? nothing : html`<button type="button" @click=${() => act("guards/" + id + "/reject", {
          title: "Keep them in the mesh?",
          text: what + " stay in the mesh, without a time limit, until " + g.registry + " has them again or somebody removes them.",
          confirm: "Keep them",
        })}>Keep them…</button>`}
      </div>
      <div class="headline"><h3>${g.registry}</h3>${pill(g.state)}<span class="soft">guard ${g.id}</span></div>
      <p><strong>${number(g.heldServices)} of ${plural(g.services, "service")}</strong>, ${number(g.heldEndpoints)} of ${plural(g.endpoints, "endpoint")}, ${when(g.since)}.
        ${g.confirmsAt ? html`Removed ${when(g.confirmsAt)} if still missing${g.endsBy ? html`, ${when(g.endsBy)} at the latest` : nothing}.`
          : g.endsBy ? html`Removed ${when(g.endsBy)} at the latest.` : nothing}
        ${g.waitingFor ? "Waits for " + g.waitingFor.join(", ") + "." : nothing}</p>
      <p class="soft">${prose(g.explanation)}</p>
      ${byNamespace(g)}
    </article>`;
};

// Those of adapters end by themselves; one card for each registry and reason.
function others(holds) {
  const groups = new Map();
  for (const h of holds) {
    const key = JSON.stringify([h.registry, h.reason]);
    groups.set(key, [...(groups.get(key) || []), h]);
  }
  return [...groups.values()].map(held => html`
    <article class="card warn">
      <div class="headline"><h3>${held[0].registry}</h3>${pill("held", words(held[0].reason))}<span class="soft">${plural(held.length, "hold")}</span></div>
      <p>${prose(held[0].explanation)}</p>
      <details class="box" ?open=${held.length <= 5}><summary>${plural(held.length, "hold")}</summary>
        <ul class="bare">${held.slice(0, 200).map(h => html`<li><strong>${h.subject}</strong> <span class="soft">${when(h.since)}${h.until ? html` · ends ${when(h.until)} at the latest` : " · no time limit"}</span></li>`)}</ul>
        ${held.length > 200 ? html`<p class="soft">and ${held.length - 200} others</p>` : nothing}
      </details>
    </article>`);
}

const GROUPS = [
  ["holding", "Removals that wait for a decision"],
  ["waiting", "Registries that left the configuration"],
  ["rejected", "Kept, as an operator decided"],
];

function view(route) {
  const open = answer(TRANSACTIONS).data;
  const registry = route.query.get("registry") || "";
  return html`
    <div class="headline"><h1>Guards</h1>${holdButton()}</div>
    <p class="lead">What stays in the mesh although its registry no longer says so, and what waits for an operator.</p>
    ${open && open.items.length ? transactions(open.items) : nothing}
    ${loaded(answer(GUARDS), guards => loaded(answer(HOLDS), holds => {
      const all = [...guards.items, ...holds.items.filter(h => !h.id)];
      const names = [...new Set(all.map(each => each.registry))].sort();
      const mine = each => !registry || each.registry === registry;
      const shown = all.filter(mine);
      return html`
        ${names.length > 1 || registry ? html`<div class="filters">${select("Registry", registry, names.map(name => [name, name]), chosen => go(withQuery({registry: chosen}), {replace: true, keepPlace: true}))}</div>` : nothing}
        ${shown.length === 0 ? empty("Nothing is kept on a suspicion.") : nothing}
        ${GROUPS.map(([state, title]) => {
          const found = guards.items.filter(g => g.state === state && mine(g));
          return found.length ? html`<section><h2>${title}</h2><div class="list">${found.map(guard)}</div></section>` : nothing;
        })}
        ${holds.items.some(h => !h.id && mine(h)) ? html`<section><h2>Ends by itself</h2><div class="list">${others(holds.items.filter(h => !h.id && mine(h)))}</div></section>` : nothing}`;
    }))}`;
}

export default {
  title: () => "Guards",
  asks: () => [[GUARDS, ["guard"]], [HOLDS, ["guard"]], [TRANSACTIONS, ["transaction", "commit"]]],
  view,
};
