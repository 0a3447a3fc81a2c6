// The connected istiods: what each has, how far behind it is, and what it refused.
import {html, nothing} from "../lit/lit-html.js";
import {bytes, duration, number, plural} from "../format.js";
import {answer} from "../live.js";
import {commitLink, empty, loaded, pager, pill, table, when} from "../parts.js";
import {withQuery} from "../app.js";
import {lags, refusesNow} from "./overview.js";

const SIZE = 50;
const offset = route => Math.max(0, Number(route.query.get("offset")) || 0);
const onlyBehind = route => route.query.get("behind") === "true";
const path = route => "/api/v1/clients?limit=" + SIZE + "&offset=" + offset(route) + (onlyBehind(route) ? "&behind=true" : "");

// EPOCH-NUMBER
const version = text => text ? html`<span title=${text}>${commitLink(text.slice(text.lastIndexOf("-") + 1))}</span>` : html`<span class="soft">none yet</span>`;
const kind = url => url.slice(url.lastIndexOf("/") + 1);

function state(c) {
  if (c.subscriptions.some(refusesNow)) return pill("refused", "refuses");
  if (c.lagMillis > 10000) return pill("behind");
  return c.subscriptions.length ? pill("up", "up to date") : pill("waiting", "asked for nothing");
}

const nacks = c => c.subscriptions.filter(s => s.nacks);

const client = c => html`
  <article class="card ${c.subscriptions.some(refusesNow) ? "bad" : lags(c) ? "warn" : "good"}">
    <div class="headline"><h2>${c.node || c.peer}</h2>${state(c)}</div>
    <p class="soft">${c.revision ? "revision " + c.revision : "no revision"} · ${c.version ? "Istio " + c.version : "version not told"} · from ${c.peer} to port ${c.source} · connected ${when(c.connected)}</p>
    ${nacks(c).map(s => html`<p class="notice ${refusesNow(s) ? "bad" : "warn"}"><strong>${kind(s.type)}</strong> refused ${plural(s.nacks, "time")}${refusesNow(s) ? html`, ${when(s.refusedSince)}` : ", accepted since"}: <span class="nack">${s.lastNack || "no text"}</span></p>`)}
    ${c.subscriptions.length ? table("Subscriptions", [
      ["Type", s => html`<span title=${s.type}>${kind(s.type)}</span>`],
      ["Holds", s => version(s.acknowledged)],
      ["Sent", s => version(s.sent)],
      ["Lag", s => s.lagMillis > 0 ? duration(s.lagMillis) : "none", "number"],
      ["Last response", s => number(s.resources) + " · " + bytes(s.bytes), "number"],
    ], c.subscriptions, s => s.type) : nothing}
  </article>`;

export default {
  title: () => "Clients",
  asks: route => [[path(route), ["client"]]],
  view: route => html`
    <h1>Clients</h1>
    ${loaded(answer(path(route)), page => page.total ? html`
      <p class="lead">${plural(page.total, "stream")} of istiods and other clients${onlyBehind(route) ? html` that are behind or refuse. <a href="/clients">All clients</a>` : html`. <a href="/clients?behind=true">Only those that are behind or refuse</a>`}</p>
      <div class="list">${[...page.items].sort((a, b) => lags(b) - lags(a)).map(client)}</div>
      ${pager(page.total, offset(route), SIZE, at => withQuery({offset: at}))}`
      : onlyBehind(route) ? empty("No client is behind, and none refuses what it was sent.", html` <a href="/clients">All clients</a>`)
      : empty("No client is connected. ", html`<code>fairlead mesh-config</code> prints what istiod needs.`))}`,
};
