// All services, searched and filtered by the gateway, a page at a time.
import {html, nothing} from "../lit/lit-html.js";
import {live} from "../lit/directives/live.js";
import {number, plural, words} from "../format.js";
import {answer} from "../live.js";
import {empty, loaded, pager, pill, select, serviceLink, table, when} from "../parts.js";
import {go, withQuery} from "../app.js";

const SIZE = 50;
const TYPING = 200;
const SUMMARY = "/api/v1/summary";
const FILTERS = ["q", "registry", "outcome", "reason", "namespace"];
const OUTCOMES = ["served", "held", "kept_empty", "waiting", "damped", "withdrawn", "shadowed", "not_selected", "refused", "unknown"];

let draft; // what is typed and not yet in the address
let typing = 0;

const offset = route => Math.max(0, Number(route.query.get("offset")) || 0);

function path(route) {
  const query = new URLSearchParams({limit: SIZE, offset: offset(route)});
  for (const key of FILTERS) if (route.query.get(key)) query.set(key, route.query.get(key));
  return "/api/v1/services?" + query;
}

const filter = changes => go(withQuery({...changes, offset: 0}), {replace: true, keepPlace: true});

function type(event) {
  draft = event.target.value;
  clearTimeout(typing);
  typing = setTimeout(() => { filter({q: draft.trim()}); draft = undefined; }, TYPING);
}

function filters(route) {
  const summary = answer(SUMMARY).data || {registries: {}, outcomes: {}, reasons: [], namespaces: []};
  const value = key => route.query.get(key) || "";
  const known = (choices, key) => value(key) && !choices.some(([name]) => name === value(key)) ? [...choices, [value(key), value(key) + " (0)"]] : choices;
  const choice = (label, key, choices) => select(label, value(key), known(choices, key), chosen => filter({[key]: chosen}));
  return html`<form class="filters" role="search" @submit=${event => event.preventDefault()}>
    <input type="search" placeholder="Service or host  ( / )" aria-label="Service or host" autocomplete="off" spellcheck="false"
      .value=${live(draft ?? value("q"))} @input=${type}>
    ${choice("Registry", "registry", Object.entries(summary.registries).map(([name, n]) => [name, name + " (" + number(n) + ")"]))}
    ${choice("Outcome", "outcome", OUTCOMES.filter(o => summary.outcomes[o]).map(o => [o, words(o) + " (" + number(summary.outcomes[o]) + ")"]))}
    ${choice("Reason", "reason", summary.reasons.map(r => [r.reason, words(r.reason) + " (" + number(r.services) + ")"]))}
    ${choice("Namespace", "namespace", summary.namespaces.filter(n => n.namespace).map(n => [n.namespace, n.namespace + " (" + number(n.services) + ")"]))}
    ${FILTERS.some(value) ? html`<a class="button" href="/services">Clear</a>` : nothing}
  </form>`;
}

function nothingFound(route) {
  const unread = (answer("/readyz").data || {waitingFor: []}).waitingFor.map(w => w.registry);
  return FILTERS.some(key => route.query.get(key))
    ? empty(unread.length ? "Not known yet: " + unread.join(", ") + " not read yet." : "No registry has such a service. If it is registered: is its registry up, and does the gateway's account see it?", html` <a href="/registries">Registries</a>`)
    : empty(unread.length ? "Not known yet: " + unread.join(", ") + " not read yet." : "The registries have no services.");
}

const list = (route, page) => page.total === 0 ? nothingFound(route) : html`
  ${table("Services", [
    ["Service", s => html`${serviceLink(s.registry, s.service)}${s.host ? html`<div class="soft host">${s.host}</div>` : nothing}`],
    ["Outcome", s => html`${pill(s.outcome)}${s.since && s.outcome !== "served" ? html`<div class="soft">${when(s.since)}${s.sinceAtLeast ? " or longer" : nothing}</div>` : nothing}`],
    ["Registry", s => s.registry],
    ["Endpoints", s => number(s.endpoints), "number"],
    ["In istiods", s => html`<span class=${s.clientsWith < s.clientsAll ? "warn" : ""}>${s.clientsWith} of ${s.clientsAll}</span>`, "number"],
    ["Findings", s => found(s.findings), "wide"],
  ], page.items, s => s.registry + "/" + s.service)}
  ${pager(page.total, offset(route), SIZE, at => withQuery({offset: at}))}`;

function found(findings) {
  const told = findings.filter(f => f.kind !== "out_of_service");
  return told.length === 0 ? html`<span class="soft">–</span>`
    : html`${told[0].text}${told.length > 1 ? html`<span class="soft"> and ${told.length - 1} more</span>` : nothing}`;
}

export default {
  title: () => "Services",
  asks: route => [[SUMMARY, ["registry", "transaction"]], [path(route), ["commit", "registry", "client", "guard", "transaction"]]],
  view: route => {
    const page = answer(path(route));
    return html`
      <h1>Services</h1>
      <p class="lead">Why is this service (not) in my mesh? <span class="soft" role="status">${page.data ? plural(page.data.total, "service") : nothing}</span></p>
      ${filters(route)}
      ${loaded(page, data => list(route, data))}`;
  },
};
