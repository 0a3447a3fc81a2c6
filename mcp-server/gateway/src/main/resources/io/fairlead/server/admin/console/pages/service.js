// One service, the whole way: registry, rules and repairs, resource, commit, each istiod.
import {html, nothing} from "../lit/lit-html.js";
import {live} from "../lit/directives/live.js";
import {encodePath, number, plural, words} from "../format.js";
import {answer} from "../live.js";
import {copyButton, empty, facts, finding, loaded, pill, prose, table, tone, when} from "../parts.js";
import {go, withQuery} from "../app.js";
import {resourceAsks, resourceView} from "./resource.js";

const REGISTRIES = "/api/v1/registries";
const ENTRY = "ServiceEntry";
const HOLDS = "/api/v1/holds";

const id = route => route.rest.slice(1).join("/");
const wanted = route => route.query.get("instance") || "";
const path = route => "/api/v1/services/" + encodePath(route.rest[0]) + "/" + encodePath(id(route))
  + (wanted(route) ? "?instance=" + encodeURIComponent(wanted(route)) : "");

export const istiods = clients => clients.length === 0
  ? empty("No istiod is connected. ", html`<code>fairlead mesh-config</code> prints what it needs.`)
  : table("Istiods", [
    ["Istiod", c => html`<span class="name">${c.node}</span>`],
    ["Revision", c => c.revision || "–"],
    ["Has it", c => c.has ? pill("up", "yes") : pill(/^(revision|not asked)/.test(c.reason) ? "plain" : "behind", "no")],
    ["Since", c => when(c.since, "–")],
    ["Why", c => prose(c.reason), "wide"],
  ], clients, c => c.node + c.revision);

const step = (n, title, body, kind = "") => html`
  <section class="step ${kind}"><h2><span class="n" aria-hidden="true">${n}</span>${title}</h2>${body}</section>`;

function registry(service) {
  const list = answer(REGISTRIES).data;
  const found = list && list.items.find(r => r.name === service.registry);
  const holds = (answer(HOLDS).data || {items: []}).items.filter(h => h.registry === service.registry && h.subject === service.service);
  return html`
    ${facts([
      ["Registry", html`<a href="/registries#${encodePath(service.registry)}">${service.registry}</a>${found ? html` ${pill(found.state)}` : nothing}`],
      found && ["Type", found.type + ", priority " + found.priority],
      found && ["Last read", when(found.lastSuccess)],
      ["Service", html`<code>${service.service}</code>`],
    ])}
    ${found && found.problem ? html`<p class="notice bad">${found.problem}</p>` : nothing}
    ${holds.map(h => html`<p class="notice warn">${prose(h.explanation)} <a href="/guards">Guards →</a></p>`)}`;
}

const SHOWN = 50;
const TYPING = 200;

let draft; // what is typed and not yet in the address
let typing = 0;

function type(event) {
  draft = event.target.value;
  clearTimeout(typing);
  typing = setTimeout(() => { go(withQuery({instance: draft.trim()}), {replace: true, keepPlace: true}); draft = undefined; }, TYPING);
}

const search = route => html`
  <form class="filters" role="search" @submit=${event => event.preventDefault()}>
    <input type="search" placeholder="Address or id  ( / )" aria-label="Address or id of an instance" autocomplete="off" spellcheck="false"
      .value=${live(draft ?? wanted(route))} @input=${type}>
  </form>`;

const became = i => i.reason ? html`${pill(i.became, words(i.reason))} <span class="soft">${i.text}</span>`
  : i.became === "endpoint" ? pill("served", "endpoint") : html`${pill("waiting", "not served")} <span class="soft">${i.text}</span>`;
const metadata = i => [...Object.entries(i.metadata).map(([key, value]) => key + "=" + value), ...i.tags].map(text => html`<code class="label">${text}</code> `);

/** Each instance as the registry reports it, and what became of it. */
function instances(route, service) {
  const all = service.instances;
  if (!all) return empty("No instances are known: the registry does not report any at present, or its adapter does not remember them.");
  const some = test => all.items.some(test);
  const shown = Math.min(SHOWN, all.items.length);
  return html`
    <details class="box" ?open=${all.total <= 10 || all.endpoints < all.total || wanted(route)}>
      <summary>${plural(all.total, "instance")}, ${number(all.endpoints)} served</summary>
      ${all.total > 10 || wanted(route) ? search(route) : nothing}
      ${all.items.length === 0 ? all.total ? empty("No instance matches.") : empty("It has no instances.") : table("Instances", [
        ["Address", i => html`<code>${i.address.includes(":") ? "[" + i.address + "]" : i.address}:${i.port}</code>`],
        ["Became", became, "wide"],
        ["Health", i => pill(i.availability === "ready" ? "up" : "plain", words(i.availability))],
        some(i => i.weight !== 1) && ["Weight", i => i.weight === null ? "no number" : number(i.weight), "number"],
        some(i => i.locality) && ["Locality", i => i.locality || "–"],
        some(i => Object.keys(i.metadata).length || i.tags.length) && ["Metadata", metadata, "wide"],
        some(i => i.id !== i.address + ":" + i.port) && ["Id", i => html`<span class="name">${i.id}</span>`],
      ], all.items.slice(0, SHOWN))}
      ${all.matching > shown ? html`<p class="soft">and ${plural(all.matching - shown, "other")}: search for one by its address</p>` : nothing}
      ${all.keptTotal ? html`<p class="notice warn">Served, though the registry does not report them any more: ${all.kept.slice(0, SHOWN).join(", ")}${all.keptTotal > SHOWN ? " and more" : ""}</p>` : nothing}
    </details>`;
}

/** How it became what it is, step by step. */
const steps = service => !service.steps || service.steps.length === 0 ? nothing : html`
    <details class="box">
      <summary>${plural(service.steps.length, "step")}: what decides host, port and the rest</summary>
      ${table("Steps", [
        ["Step", s => s.stage],
        ["Before", s => s.before ? html`<code>${s.before}</code>` : "–"],
        ["After", s => html`<code>${s.after}</code>`],
        ["By", s => html`<span class="soft">${s.rule}</span>`, "wide"],
      ], service.steps)}
    </details>`;

/** The services that share its entry, the one first whose port and labels it has. */
const merged = service => service.mergedTotal === 0 ? nothing : html`
    <p class="soft">One entry of ${plural(service.mergedTotal, "service")}:
      ${service.merged.map((name, i) => html`${i ? ", " : nothing}<a href="/services/${encodePath(name)}">${name}</a>`)}${service.mergedTotal > service.merged.length ? " and more" : ""}</p>`;

function view(route, service) {
  const missing = service.clientsAll - service.clientsWith;
  return html`
    <p class="crumbs"><a href="/services">Services</a> › <a href="/services?registry=${encodeURIComponent(service.registry)}">${service.registry}</a></p>
    <div class="headline"><h1>${service.service}</h1>${pill(service.outcome)}${copyButton(location.href, "Copy link")}</div>
    ${service.since ? html`<p class="soft">${words(service.outcome)} since ${when(service.since)}${!service.sinceAtLeast ? nothing : service.outcome === "served" ? " or longer" : " or longer: it was so when this gateway first read it"}</p>` : nothing}
    ${service.host ? html`<p class="host">${service.host}</p>` : nothing}
    <p class="notice ${tone(service.outcome) === "good" && (missing || !service.clientsAll) ? "warn" : tone(service.outcome)}">${prose(service.explanation)}${service.outcome === "held" ? html` <a href="/guards?registry=${encodeURIComponent(service.registry)}">Decide about it</a>` : nothing}</p>
    ${step(1, "Registry", html`${registry(service)}${instances(route, service)}`)}
    ${step(2, "Rules and repairs", html`${service.findings.length ? html`<ul class="findings">${service.findings.map(finding)}</ul>`
      : empty("Nothing was refused, left out or repaired.")}${steps(service)}`)}
    ${step(3, "Resource", service.resource ? html`${merged(service)}${loaded(answer(resourceAsks(service.resource, ENTRY)[0][0]), document => resourceView(service.resource, document))}`
      : empty("None: nothing is served of it."))}
    ${step(4, html`istiods <span class="soft">${service.clientsWith} of ${plural(service.clientsAll, "istiod")} ${service.clientsWith === 1 ? "has" : "have"} it</span>`, istiods(service.clients))}`;
}

export default {
  title: route => id(route) || "Service",
  asks: route => {
    const service = answer(path(route)).data;
    return [
      [path(route), ["commit", "registry", "client", "guard", "transaction"]],
      [REGISTRIES, ["registry"]],
      [HOLDS, ["guard"]],
      ...(service && service.resource ? resourceAsks(service.resource, ENTRY) : []),
    ];
  },
  view: route => {
    const found = answer(path(route));
    return found.error ? html`
      <p class="crumbs"><a href="/services">Services</a> › ${route.rest[0]}</p><h1>${id(route)}</h1>
      <p class="notice bad" role="alert">${found.error}</p>
      <p><a href="/services?q=${encodeURIComponent(route.rest[route.rest.length - 1])}">Search all registries for it</a></p>`
      : loaded(found, service => view(route, service));
  },
};
