// The configuration in force, and why a newer one was refused.
import {html, nothing} from "../lit/lit-html.js";
import {plural} from "../format.js";
import {answer} from "../live.js";
import {command, copyButton, facts, loaded, when} from "../parts.js";

const CONFIGURATION = "/api/v1/configuration";

export default {
  title: () => "Configuration",
  asks: () => [[CONFIGURATION, ["configuration", "readiness"]]],
  view: () => html`
    <h1>Configuration</h1>
    ${loaded(answer(CONFIGURATION), c => html`
      ${c.problems.length ? html`
        <section class="notice bad" role="alert"><strong>The changed file is refused; what was in force stays.</strong>
          <ul class="bare">${c.problems.map(p => html`<li><code>${p}</code></li>`)}</ul>${command("fairlead check --config " + c.file)}</section>` : nothing}
      ${c.needRestart.length ? html`<p class="notice warn">${plural(c.needRestart.length, "key")} changed in the file and ${c.needRestart.length === 1 ? "takes" : "take"} effect at the next start: <code>${c.needRestart.join(", ")}</code></p>` : nothing}
      ${facts([["File", html`<code>${c.file}</code>`], ["In force since", when(c.loaded)], c.refusedSince && ["Refused since", when(c.refusedSince)]])}
      ${c.text ? html`<details class="box yaml" open><summary>As read, secrets hidden <span class="side">${copyButton(c.text)}</span></summary><pre tabindex="0">${c.text}</pre></details>` : nothing}`)}`,
};
