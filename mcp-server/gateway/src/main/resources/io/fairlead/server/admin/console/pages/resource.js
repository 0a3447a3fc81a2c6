// One resource as it is served: figures, endpoints, YAML from the gateway.
import {html, nothing} from "../lit/lit-html.js";
import {encodePath, number, plural} from "../format.js";
import {answer} from "../live.js";
import {commitLink, copyButton, facts, loaded, resourceLink, table, when} from "../parts.js";
import {istiods} from "./service.js";

const SHOWN = 50;
const LONG = 120;
// Two resources of one name are of different kinds.
const path = (name, kind) => "/api/v1/resources/" + encodePath(name) + (kind ? "?type=" + encodeURIComponent(kind) : "");
const yamlPath = (name, kind) => path(name, kind) + (kind ? "&" : "?") + "format=yaml";

export const resourceAsks = (name, kind) => [[path(name, kind), ["commit", "client"]], [yamlPath(name, kind), ["commit"], "text"]];

const labels = e => Object.entries(e.labels || {}).map(([key, value]) => html`<code class="label">${key}=${value}</code> `);

function endpoints(all) {
  return all.length === 0 ? nothing : html`
    <details class="box" ?open=${all.length <= 10}><summary>${plural(all.length, "endpoint")}</summary>
      ${table("Endpoints", [
        ["Address", e => html`<code>${e.address}</code>`],
        all.some(e => e.ports) && ["Ports", e => Object.entries(e.ports || {}).map(([name, port]) => name + " " + port).join(", ") || "–"],
        all.some(e => e.weight !== undefined) && ["Weight", e => e.weight === undefined ? "–" : number(e.weight), "number"],
        all.some(e => e.locality) && ["Locality", e => e.locality || "–"],
        all.some(e => e.labels) && ["Labels", labels, "wide"],
      ], all.slice(0, SHOWN))}
      ${all.length > SHOWN ? html`<p class="soft">and ${plural(all.length - SHOWN, "other")}: see the YAML</p>` : nothing}
    </details>`;
}

const yaml = text => html`
  <details class="box yaml" ?open=${text.split("\n", LONG + 1).length <= LONG}>
    <summary>YAML <span class="side">${copyButton(text, "Copy YAML")}</span></summary>
    <pre tabindex="0">${text}</pre>
  </details>`;

/** What is served, without who has it. */
export function resourceView(name, document, kind = document.kind) {
  const status = document.status || {};
  const spec = document.spec || {};
  const revision = (document.metadata.labels || {})["istio.io/rev"];
  return html`
    ${facts([
      ["Resource", html`${document.kind} ${resourceLink(name, document.kind)}`],
      ["Version", html`<code title=${status.version || ""}>${(status.version || "").slice(0, 16)}</code>`],
      status.source && ["From", html`<a href="/configs">${status.source}</a> <code>${status.document}</code>`],
      status.commit && ["Last changed", html`${commitLink(status.commit.number)} ${status.commit.time ? when(status.commit.time) : nothing} · <a href="/commits?resource=${encodeURIComponent(name)}">its commits</a>`],
      ["First seen", when(status.firstSeen, "not known")],
      revision && ["Revision", revision],
      spec.hosts && ["Hosts", spec.hosts.join(", ")],
      spec.ports && ["Ports", spec.ports.map(p => p.number + " " + (p.protocol || "")).join(", ")],
    ])}
    ${endpoints(spec.endpoints || [])}
    ${loaded(answer(yamlPath(name, kind)), yaml)}`;
}

export default {
  title: route => route.rest.join("/"),
  asks: route => resourceAsks(route.rest.join("/"), route.query.get("type")),
  view: route => {
    const name = route.rest.join("/");
    const kind = route.query.get("type");
    const found = answer(path(name, kind)).data;
    return html`
      <p class="crumbs">${found && found.kind !== "ServiceEntry" ? html`<a href="/documents">Documents</a>` : html`<a href="/services">Services</a>`} › resource</p>
      <div class="headline"><h1>${name}</h1>${copyButton(location.href, "Copy link")}</div>
      ${loaded(answer(path(name, kind)), document => html`
        <section class="step">${resourceView(name, document, kind)}</section>
        <h2>istiods</h2>${istiods(document.status.clients)}`)}`;
  },
};
