// The resources of documents: all of them, and of one why it is, or is not, in the mesh.
import {html, nothing} from "../lit/lit-html.js";
import {live} from "../lit/directives/live.js";
import {encodePath, number, plural, words} from "../format.js";
import {answer} from "../live.js";
import {copyButton, empty, loaded, pager, pill, prose, select, table, tone, when} from "../parts.js";
import {go, withQuery} from "../app.js";
import {resourceAsks, resourceView} from "./resource.js";
import {istiods} from "./service.js";

const CONFIGS = "/api/v1/configs";
const SIZE = 50;
const TYPING = 200;
const FILTERS = ["q", "registry", "outcome"];
const OUTCOMES = ["served", "outdated", "held", "refused", "shadowed", "waiting"];

let draft; // what is typed and not yet in the address
let typing = 0;

const offset = route => Math.max(0, Number(route.query.get("offset")) || 0);

export const documentLink = (kind, name, text = kind + " " + name) => html`<a href="/documents/${encodePath(kind + "/" + name)}">${text}</a>`;

function path(route) {
  const query = new URLSearchParams({limit: SIZE, offset: offset(route)});
  for (const key of FILTERS) if (route.query.get(key)) query.set(key, route.query.get(key));
  return "/api/v1/documents?" + query;
}

const filter = changes => go(withQuery({...changes, offset: 0}), {replace: true, keepPlace: true});

function type(event) {
  draft = event.target.value;
  clearTimeout(typing);
  typing = setTimeout(() => { filter({q: draft.trim()}); draft = undefined; }, TYPING);
}

function filters(route) {
  const value = key => route.query.get(key) || "";
  const sources = (answer(CONFIGS).data || {items: []}).items.map(s => ["configs/" + s.name, s.name]);
  return html`<form class="filters" role="search" @submit=${event => event.preventDefault()}>
    <input type="search" placeholder="Kind, name or document  ( / )" aria-label="Kind, name or document" autocomplete="off" spellcheck="false"
      .value=${live(draft ?? value("q"))} @input=${type}>
    ${select("Source", value("registry"), sources, chosen => filter({registry: chosen}))}
    ${select("Outcome", value("outcome"), OUTCOMES.map(o => [o, words(o)]), chosen => filter({outcome: chosen}))}
    ${FILTERS.some(value) ? html`<a class="button" href="/documents">Clear</a>` : nothing}
  </form>`;
}

const place = d => html`<a href=${"/configs#" + encodeURIComponent(d.source.replace("configs/", ""))}>${d.source}</a> <code>${d.document}</code>`;
const problemPlace = p => html`${p.source} <code>${p.document}<wbr><span class="whole">:${p.line}:${p.column}</span></code>`;

export const documents = {
  title: () => "Documents",
  asks: route => [[path(route), ["commit", "config", "guard", "client"]], [CONFIGS, ["config"]]],
  view: route => html`
    <p class="crumbs"><a href="/configs">Config sources</a> ›</p>
    <h1>Documents</h1>
    <p class="lead">Why is this VirtualService (not) in my mesh? Every resource that a document has, or would have if it were valid.</p>
    ${filters(route)}
    ${loaded(answer(path(route)), page => page.total === 0
      ? empty("No document has such a resource. If it is written: is its source up, and can its document be read?", html` <a href="/configs">Config sources</a>`)
      : html`${table("Documents", [
        ["Resource", d => html`${documentLink(d.kind, d.name, d.name)} <span class="soft">${d.kind}</span>`, "wide"],
        ["Outcome", d => pill(d.outcome)],
        ["From", d => d.documents.length ? place(d.documents[0]) : d.problems.length ? problemPlace(d.problems[0]) : "–", "wide"],
        ["istiods", d => number(d.clientsWith) + " of " + number(d.clientsAll)],
      ], page.items, d => d.kind + "/" + d.name)}
      ${pager(page.total, offset(route), SIZE, at => withQuery({offset: at}))}`)}`,
};

const step = (n, title, body) => html`<section class="step"><h2><span class="n" aria-hidden="true">${n}</span>${title}</h2>${body}</section>`;
const one = route => "/api/v1/documents/" + encodePath(route.rest.join("/"));

const view = d => html`
  <div class="headline"><h1>${d.name}</h1>${pill(d.outcome)}${copyButton(location.href, "Copy link")}</div>
  <p class="soft">${d.kind}</p>
  <p class="notice ${tone(d.outcome) === "good" && (d.clientsWith < d.clientsAll || !d.clientsAll) ? "warn" : tone(d.outcome)}">${prose(d.explanation)}${d.outcome === "held" ? html` <a href="/guards">Decide about it</a>` : nothing}</p>
  ${step(1, "Documents", d.documents.length ? table("Documents", [
    ["Document", place, "wide"],
    ["Priority", x => number(x.priority), "number"],
    ["Served", x => x.served ? pill("served", "yes") : pill("plain", "no")],
  ], d.documents) : empty("No document has a valid version of it."))}
  ${step(2, "What is wrong", html`
    ${d.problems.length ? table("Problems", [
      ["Place", problemPlace, "wide"],
      ["Problem", p => html`${p.path ? html`<code>${p.path}</code>: ` : nothing}${p.text}`, "wide"],
      ["Since", p => when(p.since)],
    ], d.problems) : empty(d.warnings.length ? "Nothing is refused. It is served with these warnings:" : "Nothing is refused.")}
    ${d.warnings.length ? table("Warnings", [
      ["Place", problemPlace, "wide"],
      ["Warning", p => html`${p.path ? html`<code>${p.path}</code>: ` : nothing}${p.text}`, "wide"],
      ["Since", p => when(p.since)],
    ], d.warnings) : nothing}`)}
  ${step(3, "Resource", d.resource ? loaded(answer(resourceAsks(d.name, d.kind)[0][0]), document => resourceView(d.name, document))
    : empty("None: nothing is served of it."))}
  ${step(4, html`istiods <span class="soft">${d.clientsWith} of ${plural(d.clientsAll, "istiod")} ${d.clientsWith === 1 ? "has" : "have"} it</span>`, istiods(d.clients))}`;

export const document = {
  title: route => route.rest.slice(1).join("/"),
  asks: route => {
    const found = answer(one(route)).data;
    return [
      [one(route), ["commit", "config", "client", "guard", "transaction"]],
      ...(found && found.resource ? resourceAsks(found.name, found.kind) : []),
    ];
  },
  view: route => {
    const found = answer(one(route));
    return html`
      <p class="crumbs"><a href="/configs">Config sources</a> › <a href="/documents">Documents</a> ›</p>
      ${found.error ? html`<h1>${route.rest.slice(1).join("/")}</h1><p class="notice bad" role="alert">${found.error}</p>` : loaded(found, view)}`;
  },
};
