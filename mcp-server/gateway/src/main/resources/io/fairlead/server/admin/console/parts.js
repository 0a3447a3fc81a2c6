// Parts that several pages show. Data is only ever text: lit-html makes markup of templates alone.
import {html, nothing} from "./lit/lit-html.js";
import {live} from "./lit/directives/live.js";
import {age, clock, encodePath, exact, number, plural, words} from "./format.js";

const GOOD = ["up", "served", "ready", "acknowledged", "live", "added"];
const BAD = ["failing", "refused", "shadowed", "withdrawn", "endpoint_left_out", "unready", "rejected", "critical", "removed", "lost", "unreachable"];
const WARN = ["restored", "kept_empty", "held", "holding", "repaired", "waiting", "damped", "warning", "behind", "changed", "polling", "unknown", "outdated"];

export const tone = state =>
  GOOD.includes(state) ? "good" : BAD.includes(state) ? "bad" : WARN.includes(state) ? "warn" : "plain";

export const pill = (state, text = words(state)) => html`<span class="pill ${tone(state)}">${text}</span>`;

/** An age with the exact time as its title. */
export const when = (time, otherwise = "never") =>
  time ? html`<time datetime=${time} title=${exact(time)}>${age(time)}</time>` : html`<span class="soft">${otherwise}</span>`;

const TIME = /(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z)/;

/** A text of the gateway, the times in it as people read them. */
export const prose = text => text.split(TIME).map((part, i) => i % 2 === 0 ? part
  : html`<time datetime=${part} title=${exact(part)}>${clock(part)}</time>`);

export const serviceLink = (registry, service, text = service) =>
  html`<a href="/services/${encodePath(registry)}/${encodePath(service)}">${text}</a>`;
export const resourceLink = (name, kind = "") => html`<a href=${"/resources/" + encodePath(name) + (kind ? "?type=" + encodeURIComponent(kind) : "")}>${name}</a>`;
export const commitLink = commit => html`<a href="/commits/${commit}" title="commit ${commit}">${shortNumber(commit)}</a>`;
/** The end of a commit's number, which is what tells it from its neighbours. */
export const shortNumber = n => "#" + String(n).slice(-7);

/** Nothing came yet, or the gateway refused the question; else what the view makes of it. */
export const loaded = (answer, view) =>
  answer.data !== undefined ? view(answer.data)
    : answer.error ? html`<p class="notice bad" role="alert">${answer.error}</p>`
    : html`<p class="soft loading">Reading…</p>`;

export const empty = (text, more = nothing) => html`<p class="empty">${text}${more}</p>`;

/**
 * A table that becomes a list of cards where it is narrow.
 *
 * @param columns list of [heading, cell, class?]
 */
export const table = (name, columns, items, key) => html`
  <table class="rows" aria-label=${name}>
    <thead><tr>${columns.filter(Boolean).map(([heading, , kind]) => html`<th scope="col" class=${kind || ""}>${heading}</th>`)}</tr></thead>
    <tbody>${items.map(item => html`<tr data-key=${key ? key(item) : nothing}>${columns.filter(Boolean).map(([heading, cell, kind]) =>
      html`<td data-label=${heading} class=${kind || ""}><div>${cell(item)}</div></td>`)}</tr>`)}</tbody>
  </table>`;

export const pager = (total, offset, size, at) => total <= size ? nothing : html`
  <nav class="pager" aria-label="Pages">
    ${offset > 0 ? html`<a class="button" href=${at(Math.max(0, offset - size))} rel="prev">← Previous</a>` : html`<span class="button off">← Previous</span>`}
    <span class="soft">${number(offset + 1)}–${number(Math.min(total, offset + size))} of ${number(total)}</span>
    ${offset + size < total ? html`<a class="button" href=${at(offset + size)} rel="next">Next →</a>` : html`<span class="button off">Next →</span>`}
  </nav>`;

export const select = (label, value, choices, change) => html`
  <select aria-label=${label} .value=${live(value)} @change=${event => change(event.target.value)}>
    <option value="" ?selected=${!value}>${label}: all</option>
    ${choices.map(([key, text]) => html`<option value=${key} ?selected=${key === value}>${text}</option>`)}
  </select>`;

export async function copy(event, text) {
  const button = event.currentTarget;
  const before = button.textContent;
  try {
    await navigator.clipboard.writeText(text);
    button.textContent = "Copied";
  } catch (e) {
    // Without https there is no clipboard but on localhost: what can be selected can be copied.
    const field = document.createElement("textarea");
    field.value = text;
    field.className = "offscreen";
    document.body.append(field);
    field.select();
    button.textContent = document.execCommand("copy") ? "Copied" : "Not allowed";
    field.remove();
  }
  setTimeout(() => { button.textContent = before; }, 1500);
}

export const copyButton = (text, label = "Copy") =>
  html`<button type="button" class="small" @click=${event => copy(event, text)}>${label}</button>`;

/** A command for a terminal. */
export const command = text => text
  ? html`<div class="command"><code>${text}</code>${copyButton(text)}</div>` : nothing;

export const finding = f => html`
  <li class="finding">
    <div>${pill(f.kind)} <span class="what">${f.text}${f.detail ? html`: <code>${f.detail}</code>` : nothing}</span></div>
    <div class="soft">${f.subject}${f.count > 1 ? " and " + plural(f.count - 1, "other") : nothing}</div>
    ${f.advice ? html`<div class="advice">${f.advice}</div>` : nothing}
  </li>`;

const KINDS = [["@@", "place"], ["+++", "soft"], ["---", "soft"], ["+", "plus"], ["-", "minus"]];
const kindOf = line => (KINDS.find(([begin]) => line.startsWith(begin)) || ["", ""])[1];

/** A unified difference. */
export const difference = text => html`<pre class="diff" tabindex="0">${text.split("\n").map(line => html`<span class=${kindOf(line)}>${line}</span>`)}</pre>`;

export const facts = pairs => html`<dl class="facts">${pairs.filter(Boolean).map(([name, value]) =>
  html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`;
