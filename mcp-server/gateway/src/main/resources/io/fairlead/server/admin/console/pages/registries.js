// How it stands with each registry.
import {html, nothing} from "../lit/lit-html.js";
import {number, plural} from "../format.js";
import {answer} from "../live.js";
import {empty, facts, loaded, pill, prose, tone, when} from "../parts.js";

const REGISTRIES = "/api/v1/registries";

const MEANING = {
  waiting: "Not read completely yet, and nothing is known of it from before.",
  restored: "Not read since the start; what was known before is served.",
  failing: "Cannot be read at present; what was known stays in the mesh.",
};

const earlier = new Map(); // by registry: what was read by when

// The load of now: reads a second, between two answers that are far enough apart.
function rate(r) {
  const past = earlier.get(r.name);
  const at = Date.now();
  if (!past || r.reads.answered < past.answered) {
    earlier.set(r.name, {at, answered: r.reads.answered, text: ""});
    return "";
  }
  if (at - past.at > 4000) {
    const perSecond = (r.reads.answered - past.answered) * 1000 / (at - past.at);
    earlier.set(r.name, {at, answered: r.reads.answered, text: " (" + perSecond.toFixed(perSecond < 10 ? 1 : 0) + " a second)"});
  }
  return earlier.get(r.name).text;
}

const registry = r => html`
  <article class="card ${tone(r.state)}" id=${r.name}>
    <div class="headline"><h2>${r.name}</h2>${pill(r.state)}</div>
    ${r.problem ? html`<p class="notice bad">${prose(r.problem)}</p>` : nothing}
    ${(r.notices || []).slice(0, 5).map(n => html`<p class="notice warn">${prose(n.message)} ${prose(n.advice)}</p>`)}
    ${MEANING[r.state] ? html`<p class="soft">${MEANING[r.state]}</p>` : nothing}
    ${facts([
      ["Type", r.type],
      ["Priority", number(r.priority)],
      ["Last success", when(r.lastSuccess)],
      r.failingSince && ["Failing since", when(r.failingSince)],
      r.reads && ["Reads", html`${r.reads.answered ? number(r.reads.answered) + " answered" + rate(r) : "not counted"}, ${r.reads.failed ? html`<span class="warn">${number(r.reads.failed)} failed</span>` : "none failed"}`],
      r.reads && r.reads.answered > 0 && ["Time of a read", r.reads.meanMillis.toFixed(1) + " ms on average, " + r.reads.longestMillis.toFixed(0) + " ms at most of late"],
      r.load && ["Connections", number(r.load.connections) + " of at most " + number(r.load.maxConnections) + ", " + r.load.requestsPerSecond.toFixed(1) + " requests a second"],
      ["Services", html`<a href="/services?registry=${encodeURIComponent(r.name)}">${number(r.services)}</a> with ${plural(r.instances, "instance")}`],
      ["Refused", r.refused ? html`<a class="warn" href="/services?registry=${encodeURIComponent(r.name)}&outcome=refused">${number(r.refused)}</a>` : "none"],
      ["Holds", r.holds ? html`<a class="warn" href="/guards?registry=${encodeURIComponent(r.name)}">${number(r.holds)}</a>` : "none"],
    ])}
  </article>`;

export default {
  title: () => "Registries",
  asks: () => [[REGISTRIES, ["registry", "guard"]]],
  view: () => html`
    <h1>Registries</h1>
    <p class="lead">When each was read last, what of it is held or refused, and how much the gateway asks of it.</p>
    ${loaded(answer(REGISTRIES), page => page.items.length ? html`<div class="cards">${page.items.map(registry)}</div>`
      : empty("The configuration has no registry."))}`,
};
