// What changed when: the commits, the changes of one, and the difference that it made.
import {html, nothing} from "../lit/lit-html.js";
import {encodePath, number, plural} from "../format.js";
import {answer} from "../live.js";
import {commitLink, copyButton, difference, empty, facts, loaded, pager, pill, resourceLink, table, when} from "../parts.js";
import {go, withQuery} from "../app.js";

const SIZE = 50;
const offset = route => Math.max(0, Number(route.query.get("offset")) || 0);

function listPath(route) {
  const query = new URLSearchParams({limit: SIZE, offset: offset(route)});
  if (route.query.get("resource")) query.set("resource", route.query.get("resource"));
  return "/api/v1/commits?" + query;
}

const changes = c => html`${c.puts ? html`<span class="good">${number(c.puts)} new or changed</span>` : nothing}${c.puts && c.removals ? ", " : nothing}${c.removals ? html`<span class="bad">${number(c.removals)} removed</span>` : nothing}${!c.puts && !c.removals ? html`<span class="soft">notes only</span>` : nothing}`;

export const commits = {
  title: () => "Commits",
  asks: route => [[listPath(route), ["commit"]]],
  view: route => {
    const resource = route.query.get("resource");
    return html`
      <h1>Commits</h1>
      <p class="lead">${resource ? html`Those that changed ${resourceLink(resource)}. <a href="/commits">All commits</a>` : "What changed in the mesh, the newest first: the last 100 since the gateway's start."}</p>
      ${loaded(answer(listPath(route)), page => page.items.length ? html`
        ${table("Commits", [
          ["Commit", c => resource ? html`<a href="/commits/${c.number}?resource=${encodeURIComponent(resource)}">${"#" + String(c.number).slice(-7)}</a>` : commitLink(c.number)],
          ["When", c => when(c.time)],
          ["Changes", changes, "wide"],
          ["Took", c => c.millis.toFixed(1) + " ms", "number"],
        ], page.items, c => c.number)}
        ${pager(page.total, offset(route), SIZE, at => withQuery({offset: at}))}`
        : empty(resource ? "None of the last 100 commits since the start changed it." : "No change since the start."))}`;
  },
};

const commitPath = route => "/api/v1/commits/" + encodeURIComponent(route.rest[0]);

function differencePath(route) {
  const resource = route.query.get("resource");
  const since = route.query.get("since");
  const kind = route.query.get("type");
  const query = new URLSearchParams();
  if (since) query.set("since", since);
  if (kind) query.set("type", kind);
  return commitPath(route) + "/" + encodePath(resource) + (query.size ? "?" + query : "");
}

const side = (name, s) => s ? html`<details class="box yaml"><summary>${name} <code title=${s.version}>${s.version.slice(0, 16)}</code> <span class="side">${copyButton(s.yaml, "Copy YAML")}</span></summary><pre tabindex="0">${s.yaml}</pre></details>`
  : html`<p class="soft">${name}: there was none.</p>`;

function older(route, number) {
  const list = answer(historyPath(route)).data;
  const earlier = list ? list.items.filter(c => c.number < number) : [];
  const since = route.query.get("since") || "";
  return !earlier.length ? nothing : html`<label class="inline">Compare with the version before
    <select @change=${event => go(withQuery({since: event.target.value}), {replace: true, keepPlace: true})}>
      <option value="" ?selected=${!since}>this commit</option>
      ${earlier.map(c => html`<option value=${c.number} ?selected=${since === String(c.number)}>${"#" + String(c.number).slice(-7)}</option>`)}
    </select></label>`;
}

const historyPath = route => "/api/v1/commits?resource=" + encodeURIComponent(route.query.get("resource"));

const differenceView = (route, d) => html`
  <section class="step difference">
    <div class="headline"><h2>${resourceLink(d.name)}</h2>${pill(d.change)}<a href=${"/commits/" + route.rest[0]}>close</a></div>
    ${older(route, d.number)}
    ${d.difference ? difference(d.difference) : d.change === "reassigned" ? empty("The same content, from another service or registry.") : empty("The two are equal, or too long to be compared here.")}
    ${side("Before", d.before)}${side("After", d.after)}
  </section>`;

export const commit = {
  title: route => "Commit #" + route.rest[0].slice(-7),
  asks: route => [
    [commitPath(route), []],
    ...(route.query.get("resource") ? [[differencePath(route), []], [historyPath(route), ["commit"]]] : []),
  ],
  view: route => html`
    <p class="crumbs"><a href="/commits">Commits</a> ›</p>
    <div class="headline"><h1>Commit #${route.rest[0].slice(-7)}</h1>${copyButton(location.href, "Copy link")}</div>
    ${route.query.get("resource") ? loaded(answer(differencePath(route)), d => differenceView(route, d)) : nothing}
    ${loaded(answer(commitPath(route)), c => html`
      ${facts([["When", when(c.time)], ["Number", html`<code>${c.number}</code>`], ["Changes", changes(c)], ["Took", c.millis.toFixed(1) + " ms"]])}
      ${c.changes.length ? table("Changes", [
        ["Change", each => pill(each.change)],
        ["Resource", each => resourceLink(each.name, each.kind), "wide"],
        ["Kind", each => each.kind],
        ["Registry", each => each.registry || "–"],
        ["Version", each => html`<code title=${(each.before || "none") + " → " + (each.after || "none")}>${(each.before || "none").slice(0, 8)} → ${(each.after || "none").slice(0, 8)}</code>`],
        ["", each => html`<a href="/commits/${c.number}?resource=${encodeURIComponent(each.name)}">Difference</a>`],
      ], c.changes.slice(offset(route), offset(route) + SIZE), each => each.name) : nothing}
      ${pager(c.changes.length, offset(route), SIZE, at => withQuery({offset: at}))}
      ${c.omitted ? html`<p class="soft">${plural(c.omitted, "change")} of it ${c.omitted === 1 ? "is" : "are"} only counted: large and old commits are not remembered whole.</p>` : nothing}`)}`,
};
