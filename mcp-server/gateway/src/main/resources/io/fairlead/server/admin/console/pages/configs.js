// How it stands with each config source, and what is wrong with its documents.
import {html, nothing} from "../lit/lit-html.js";
import {number, plural} from "../format.js";
import {answer} from "../live.js";
import {documentLink} from "./documents.js";
import {empty, facts, loaded, pill, prose, table, tone, when} from "../parts.js";

const CONFIGS = "/api/v1/configs";

const MEANING = {
  waiting: "Not read completely yet, and nothing is known of it from before.",
  restored: "Not read since the start; what was known before is served.",
  failing: "Cannot be read at present; what was known stays in the mesh.",
};

const problems = source => source.problems.length === 0 ? nothing : html`
  ${table("Problems of the documents of " + source.name, [
    ["Severity", p => pill(p.severity === "error" ? "refused" : "warning", p.severity)],
    ["Place", p => html`<code>${p.document}<wbr><span class="whole">:${p.line}:${p.column}</span></code>`],
    ["Resource", p => p.resource ? documentLink(...p.resource.split(" ", 2)) : "–", "wide"],
    ["Problem", p => html`${p.path ? html`<code>${p.path}</code>: ` : nothing}${p.text}`, "wide"],
    ["Since", p => when(p.since)],
  ], source.problems)}
  ${source.errors + source.warnings > source.problems.length
    ? html`<p class="soft">and ${plural(source.errors + source.warnings - source.problems.length, "other")}: see the gateway's log</p>` : nothing}`;

const config = s => html`
  <article class="card ${s.state === "up" && s.errors ? "warn" : tone(s.state)}" id=${s.name}>
    <div class="headline"><h2>${s.name}</h2>${pill(s.state)}</div>
    ${s.problem ? html`<p class="notice bad">${prose(s.problem)}</p>` : nothing}
    ${MEANING[s.state] ? html`<p class="soft">${MEANING[s.state]}</p>` : nothing}
    ${facts([
      ["Type", s.type],
      ["Priority", number(s.priority)],
      ["Last success", when(s.lastSuccess)],
      s.failingSince && ["Failing since", when(s.failingSince)],
      ["Documents", html`<a href=${"/documents?registry=" + encodeURIComponent("configs/" + s.name)}>${number(s.documents)}</a> with ${plural(s.resources, "valid resource")}`],
      ["Errors", s.errors ? html`<span class="warn">${number(s.errors)}: what was valid before is served</span>` : "none"],
      ["Warnings", s.warnings ? number(s.warnings) : "none"],
      ["Holds", s.holds ? html`<a class="warn" href="/guards?registry=${encodeURIComponent("configs/" + s.name)}">${number(s.holds)}</a>` : "none"],
    ])}
    ${problems(s)}
  </article>`;

export default {
  title: () => "Config sources",
  asks: () => [[CONFIGS, ["config", "guard"]]],
  view: () => html`
    <h1>Config sources</h1>
    <p class="lead">Istio configuration that is kept beside the registries: when it was read last, what in its documents an istiod would refuse, and what of it leads nowhere or has no effect. <a href="/documents">Why is this VirtualService (not) in my mesh?</a></p>
    ${loaded(answer(CONFIGS), page => page.items.length ? html`<div class="list">${page.items.map(config)}</div>`
      : empty("The configuration has no config source."))}`,
};
