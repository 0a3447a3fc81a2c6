// The frame around the pages: addresses, navigation, and how it stands with the gateway.
import {html, nothing, render} from "./lit/lit-html.js";
import {clock, duration, exact, plural} from "./format.js";
import {answer, ask, connection, onChange, start} from "./live.js";
import {pill} from "./parts.js";
import {forgetToken, hasToken} from "./actions.js";
import overview from "./pages/overview.js";
import services from "./pages/services.js";
import service from "./pages/service.js";
import resource from "./pages/resource.js";
import registries from "./pages/registries.js";
import configs from "./pages/configs.js";
import {documents, document as documentPage} from "./pages/documents.js";
import clients from "./pages/clients.js";
import guards from "./pages/guards.js";
import {commits, commit} from "./pages/commits.js";
import replicas from "./pages/replicas.js";
import configuration from "./pages/configuration.js";

const PROBLEMS = "/api/v1/problems";
const READY = "/readyz";
const ALWAYS = [
  [PROBLEMS, ["problem", "readiness", "registry", "config", "client", "guard", "transaction", "configuration"]],
  [READY, ["readiness", "guard"]],
];
const MENU = [
  ["/", "Overview"], ["/services", "Services"], ["/registries", "Registries"], ["/configs", "Configs"],
  ["/clients", "Clients"], ["/guards", "Guards"], ["/commits", "Commits"], ["/replicas", "Replicas"], ["/configuration", "Configuration"],
];
const SINGLE = {"": overview, services, registries, configs, documents, clients, guards, commits, replicas, configuration};
const DEEPER = {services: service, resources: resource, documents: documentPage, commits: commit};

const unknown = {
  title: () => "Not found",
  asks: () => [],
  view: () => html`<h1>There is no such page</h1><p><a href="/">To the overview</a></p>`,
};

let route;

/** The page of an address, with what its path and its query say. */
function routeOf(location) {
  const parts = location.pathname.split("/").slice(1);
  const query = new URLSearchParams(location.search);
  const rest = parts.slice(1).join("/");
  const page = (rest ? DEEPER : SINGLE)[parts[0]];
  try {
    return {page: page || unknown, path: location.pathname, section: parts[0], rest: parts.slice(1).map(decodeURIComponent), query};
  } catch (e) {
    return {page: unknown, path: location.pathname, section: "", rest: [], query};
  }
}

/** Goes to another address of the console. */
export function go(address, {replace = false, keepPlace = false} = {}) {
  history[replace ? "replaceState" : "pushState"](null, "", address);
  arrive(!keepPlace);
}

function arrive(anew) {
  route = routeOf(location);
  draw();
  if (anew) {
    window.scrollTo(0, 0);
    const heading = document.querySelector("main h1");
    if (heading) { heading.tabIndex = -1; heading.focus({preventScroll: true}); }
  }
}

/** The query of this address with some of it changed; an empty value leaves it out. */
export function withQuery(changes) {
  const query = new URLSearchParams(location.search);
  for (const [key, value] of Object.entries(changes)) {
    if (value === "" || value === undefined || value === 0) query.delete(key);
    else query.set(key, value);
  }
  const text = query.toString();
  return location.pathname + (text ? "?" + text : "");
}

/** Draws everything again: only what differs is touched. */
export function draw() {
  // What a page asks may follow from what it has been answered.
  ask([...ALWAYS, ...route.page.asks(route)]);
  const problems = answer(PROBLEMS);
  const ready = answer(READY);
  const list = problems.data ? problems.data.items : [];
  const lost = connection.state === "lost";
  const name = route.page.title(route);
  // As long as something is wrong the title says so, also in a tab behind others.
  document.title = (lost ? "(!) " : list.length ? "(" + (problems.data.total || list.length) + ") " : "") + "Fairlead" + (name ? " · " + name : "");
  document.documentElement.dataset.connection = connection.state;
  render(html`
    <a class="skip" href="#content" @click=${event => { event.preventDefault(); document.querySelector("main h1")?.focus(); }}>Skip to the content</a>
    <header>
      <a class="brand" href="/"><img src="/console/icon.svg" alt="" width="20" height="20">Fairlead</a>
      <nav aria-label="Pages">${MENU.map(([path, text]) => html`
        <a href=${path} aria-current=${"/" + route.section === path || (route.section === "resources" && path === "/services") || (route.section === "documents" && path === "/configs") ? "page" : nothing}>${text}${
          path === "/" && list.length ? html`<span class="count ${list.some(p => p.severity === "critical") ? "bad" : "warn"}" title="things that need somebody">${problems.data.total || list.length}</span>` : nothing}</a>`)}
      </nav>
      <div class="state" role="status">${state(ready)}</div>
    </header>
    ${lost ? html`<div class="banner bad" role="alert"><strong>The gateway does not answer</strong> since ${clock(connection.since)}, ${duration(Date.now() - connection.since)} by now.
      ${connection.heard ? html`What is shown is of <time title=${exact(connection.heard)}>${clock(connection.heard)}</time>.` : nothing} Trying again.</div>`
      : connection.state === "polling" ? html`<div class="banner warn"><strong>Not live:</strong> the gateway answers but sends no events (too many consoles may be open). Read anew every 10 seconds.</div>`
      : nothing}
    <main id="content">${route.page.view(route)}</main>
    <footer>
      <a href="/metrics" target="_blank" rel="noopener">Metrics</a>
      <a href="/readyz" target="_blank" rel="noopener">Readiness</a>
      ${hasToken() ? html`<button type="button" class="small" @click=${() => { forgetToken(); draw(); }}>Forget the admin token</button>` : nothing}
    </footer>`, document.body);
}

function state(ready) {
  if (connection.state === "lost") return pill("lost", "not reachable");
  if (connection.state === "connecting" && !ready.data) return html`<span class="pill plain">connecting</span>`;
  return html`${ready.data ? ready.data.ready ? pill("ready") : html`<span title=${plural(ready.data.waitingFor.length, "registry", "registries") + " not read yet"}>${pill("unready", "not ready")}</span>` : nothing}
    <span class="live is-${connection.state}" title=${connection.state === "live" ? "Changes are shown as they happen" : "Not live"}><i></i>${connection.state === "live" ? "live" : connection.state}</span>`;
}

// Drawing waits for the next frame, so a burst of answers is drawn once.
let drawing = false;
function soon() {
  if (drawing) return;
  drawing = true;
  requestAnimationFrame(() => { drawing = false; draw(); });
}

document.addEventListener("click", event => {
  const link = event.target.closest && event.target.closest("a[href]");
  if (!link || event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey
    || link.target || link.origin !== location.origin || /^\/(api|metrics|readyz|livez|console)\b/.test(link.pathname)) return;
  event.preventDefault();
  go(link.pathname + link.search + link.hash);
});
document.addEventListener("keydown", event => {
  if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName)) return;
  event.preventDefault();
  const field = document.querySelector("main input[type=search]");
  if (field) { field.focus(); field.select(); } else go("/services");
});
window.addEventListener("popstate", () => arrive(false));
onChange(soon);
// Ages grow.
setInterval(() => { if (!document.hidden) soon(); }, 5000);
document.body.replaceChildren();
arrive(false);
start();
