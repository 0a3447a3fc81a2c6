// What needs somebody now, and how it stands in figures.
import {html, nothing} from "../lit/lit-html.js";
import {encodePath, number, plural, words} from "../format.js";
import {answer, connection} from "../live.js";
import {command, commitLink, empty, pill, prose, table, tone, when} from "../parts.js";
import {holdButton, transactions} from "./guards.js";

const PROBLEMS = "/api/v1/problems";
const READY = "/readyz";
const SUMMARY = "/api/v1/summary";
const REGISTRIES = "/api/v1/registries";
const CLIENTS = "/api/v1/clients?limit=1";
const BEHIND = "/api/v1/clients?behind=true&limit=10";
const COMMITS = "/api/v1/commits?limit=5";
const TRANSACTIONS = "/api/v1/transactions";

export default {
  title: () => "",
  asks: () => [
    [SUMMARY, ["commit", "registry", "transaction", "guard"]],
    [REGISTRIES, ["registry", "guard"]],
    [CLIENTS, ["client"]],
    [BEHIND, ["client"]],
    [COMMITS, ["commit"]],
    [TRANSACTIONS, ["transaction"]],
  ],
  view,
};

// What is wrong points to where more is said of it.
const PLACES = {
  not_ready: ["/registries", "Registries"], registry_failing: ["/registries", "Registries"],
  registry_unread: ["/registries", "Registries"], registry_stale: ["/registries", "Registries"],
  client_refuses: ["/clients", "Clients"], client_lags: ["/clients", "Clients"], no_client: ["/clients", "Clients"],
  removals_held: ["/guards", "Decide"], hold_lasts: ["/guards", "Guards"], transaction_open: ["/guards", "Release"],
  reload_refused: ["/configuration", "Configuration"], adapter_left_out: ["/configuration", "Configuration"],
  restart_needed: ["/configuration", "Configuration"],
  services_refused: ["/services?outcome=refused", "Which services"], hosts_shadowed: ["/services?outcome=shadowed", "Which services"],
  replica_unreachable: ["/replicas", "Replicas"], replica_differs: ["/replicas", "Replicas"],
  hosts_damped: ["/services?outcome=damped", "Which services"],
  configs_failing: ["/configs", "Config sources"], configs_unread: ["/configs", "Config sources"], documents_refused: ["/configs", "Which documents"],
  clients_denied: ["/clients", "Clients"], clients_cut_off: ["/clients", "Clients"],
  credential_expires: ["/registries", "Registries"], changes_late: ["/registries", "Registries"], rules_not_applied: ["/registries", "Registries"],
};

const problem = p => {
  const place = PLACES[p.kind];
  return html`
    <li class="problem ${tone(p.severity)}">
      <div class="top">${pill(p.severity)}<strong>${words(p.kind)}</strong>${p.subject ? html`<span class="subject">${p.subject}</span>` : nothing}
        ${p.since ? html`<span class="side">${when(p.since)}</span>` : nothing}</div>
      <p>${prose(p.message)}</p>
      ${p.advice ? html`<p class="advice">${prose(p.advice)}</p>` : nothing}
      <div class="foot">${command(p.command)}${place ? html`<a href=${place[0]}>${place[1]} →</a>` : nothing}</div>
    </li>`;
};

function verdict() {
  const ready = answer(READY).data;
  const problems = answer(PROBLEMS);
  const lost = connection.state === "lost";
  const items = problems.data ? problems.data.items : [];
  const total = problems.data ? problems.data.total || items.length : 0;
  if (lost) return ["bad", "The gateway does not answer", "What follows is old."];
  if (!ready || (!problems.data && !problems.error)) return ["plain", "Reading…", ""];
  if (problems.error) return ["bad", "What is wrong cannot be read", problems.error];
  if (total) return [items.some(p => p.severity === "critical") ? "bad" : "warn", plural(total, "thing needs", "things need") + " somebody", "The most urgent first."];
  if (!ready.ready) return ["warn", "Not ready yet", "Clients wait for " + ready.waitingFor.map(w => w.registry + " (" + w.problem + ")").join(", ") + "."];
  return ["good", "Nothing needs you", "All registries are read, and every client was answered."];
}

const tile = (label, value, note, href, kind = "") => html`
  <a class="tile ${kind}" href=${href}><span class="label">${label}</span><span class="value">${value}</span><span class="note">${note}</span></a>`;

function tiles() {
  const summary = answer(SUMMARY).data;
  const registries = answer(REGISTRIES).data;
  const clients = answer(CLIENTS).data;
  const behind = answer(BEHIND).data;
  const ready = answer(READY).data;
  if (!summary || !registries || !clients || !behind || !ready) return html`<p class="soft loading">Reading…</p>`;
  const served = ["served", "repaired", "held", "kept_empty"].reduce((n, key) => n + (summary.outcomes[key] || 0), 0);
  const refused = summary.outcomes.refused || 0;
  const down = registries.items.filter(r => r.state !== "up");
  return html`<div class="tiles">
    ${tile("Services in the mesh", number(served), "of " + plural(summary.services, "service"), "/services")}
    ${tile("Refused", number(refused), refused ? "not in the mesh" : "none", "/services?outcome=refused", refused ? "warn" : "")}
    ${tile("Registries", number(registries.total), down.length ? down.length + " not up" : "all up", "/registries", down.some(r => r.state === "failing") ? "bad" : down.length ? "warn" : "")}
    ${tile("Clients", number(clients.total), behind.total ? number(behind.total) + " behind or refusing" : clients.total ? "all have the newest" : "none connected", "/clients", behind.total || !clients.total ? "warn" : "")}
    ${tile("Held back", number(ready.held), ready.held ? "kept on a suspicion" : "nothing", "/guards", ready.held ? "warn" : "")}
  </div>`;
}

/** Whether a client has not answered for a while, or refused what it was sent last. */
export const lags = c => c.lagMillis > 10000 || c.subscriptions.some(refusesNow);
export const refusesNow = s => Boolean(s.refusedSince);

function reasons() {
  const summary = answer(SUMMARY).data;
  if (!summary) return nothing;
  const found = summary.reasons.filter(r => r.fault);
  if (!found.length) return empty("Nothing is refused, left out or repaired.");
  const most = found[0].services;
  return html`<ul class="bars">${found.map(r => html`
    <li><a href="/services?reason=${encodeURIComponent(r.reason)}">
      <span class="what">${r.text}</span><span class="soft">${words(r.kind)}</span><span class="n">${number(r.services)}</span>
      <meter min="0" max=${most} value=${r.services} aria-hidden="true"></meter></a></li>`)}</ul>`;
}

function registries() {
  const list = answer(REGISTRIES).data;
  return !list ? nothing : table("Registries", [
    ["Registry", r => html`<a href="/registries#${encodePath(r.name)}">${r.name}</a>`],
    ["State", r => pill(r.state)],
    ["Services", r => html`<a href="/services?registry=${encodeURIComponent(r.name)}">${number(r.services)}</a>`, "number"],
    ["Last success", r => when(r.lastSuccess)],
  ], list.items);
}

function recent() {
  const list = answer(COMMITS).data;
  if (!list) return nothing;
  return !list.items.length ? empty("No change since the start.") : table("Newest commits", [
    ["Commit", c => commitLink(c.number)],
    ["When", c => when(c.time)],
    ["Changed", c => number(c.puts), "number"],
    ["Removed", c => number(c.removals), "number"],
  ], list.items);
}

function behind() {
  const late = answer(BEHIND).data;
  return !late || !late.total ? nothing : html`<section><h2>Clients that lag <a class="more" href="/clients?behind=true">all</a></h2>${table("Clients that lag", [
    ["Client", c => html`<a href="/clients">${c.node || c.peer}</a>`],
    ["Revision", c => c.revision || "–"],
    ["Lag", c => c.lagMillis > 1000 ? Math.round(c.lagMillis / 1000) + " s" : "–", "number"],
    ["What it said", c => c.subscriptions.filter(refusesNow).map(s => s.lastNack).join(" ") || "nothing yet"],
  ], late.items)}</section>`;
}

function view() {
  const [kind, headline, more] = verdict();
  const problems = answer(PROBLEMS).data;
  const open = answer(TRANSACTIONS).data;
  return html`
    <section class="verdict ${kind}"><h1 class=${kind === "plain" ? "loading" : ""}>${headline}</h1>${more ? html`<p>${more}</p>` : nothing}</section>
    ${problems && problems.items.length ? html`<ol class="problems" aria-label="What needs somebody">${problems.items.map(problem)}</ol>` : nothing}
    ${open && open.items.length ? transactions(open.items) : nothing}
    ${tiles()}
    ${behind()}
    <div class="columns">
      <section><h2>Refused, left out, repaired</h2>${reasons()}</section>
      <section><h2>Registries</h2>${registries()}</section>
      <section><h2>Newest commits <a class="more" href="/commits">all</a></h2>${recent()}
        <p>${holdButton()}</p></section>
    </div>`;
}
