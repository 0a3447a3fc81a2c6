// The gateways behind the same Service: whether they can be reached, and serve the same.
import {html, nothing} from "../lit/lit-html.js";
import {number} from "../format.js";
import {answer} from "../live.js";
import {empty, loaded, pill, prose, table, when} from "../parts.js";

const REPLICAS = "/api/v1/replicas";

function state(r) {
  if (!r.reachable) return pill("unreachable");
  return r.ready ? pill("ready") : pill("unready", "not ready");
}

const same = r => !r.reachable ? "–" : r.own ? html`<span class="soft">this one</span>` : r.same ? pill("up", "the same")
  : html`${pill("behind", "differs")} ${r.differsSince ? when(r.differsSince) : nothing}`;

export default {
  title: () => "Replicas",
  asks: () => [[REPLICAS, ["readiness", "transaction", "guard", "commit", "client", "problem"]]],
  view: () => html`
    <h1>Replicas</h1>
    <p class="lead">The gateways behind one Service. What an operator does reaches all of them.</p>
    ${loaded(answer(REPLICAS), page => page.items.length ? html`
      ${page.items.filter(r => r.problem).map(r => html`<p class="notice bad"><strong>${r.name}</strong>: ${prose(r.problem)}</p>`)}
      ${table("Replicas", [
        ["Replica", r => html`${r.own ? html`<strong>${r.name}</strong>` : r.name}<div class="soft">${r.address}</div>`],
        ["State", state],
        ["Serves", same],
        ["Resources", r => r.reachable ? number(r.resources) : "–", "number"],
        ["Clients", r => r.reachable ? number(r.clients) : "–", "number"],
        ["Held", r => r.reachable ? number(r.holds) : "–", "number"],
        ["Started", r => when(r.started, "–")],
        ["Program", r => r.program || "–"],
      ], page.items, r => r.address)}` : empty("No other gateway is configured."))}`,
};
