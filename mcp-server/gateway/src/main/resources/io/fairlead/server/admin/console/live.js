// What the gateway says, kept as new as its events say it must be.
import {setServerTime} from "./format.js";

const PAUSE = 1000;          // between two reads of the same thing
const SILENCE = 25000;       // the gateway sends something every 10 s
const POLL = 10000;          // while no events can be had
const RETRY = [1000, 2000, 5000];

/**
 * How it stands with the gateway: "connecting" (at first), "live", "polling" (it answers, without
 * events) or "lost".
 */
export const connection = {state: "connecting", since: Date.now(), heard: 0};

const queries = new Map();
let changed = () => {};
let source = null;
let failures = 0;
let watchdog = 0;
let retry = 0;

/** Calls back after each change of what is known. */
export const onChange = listener => { changed = listener; };

function become(state) {
  if (connection.state !== state) {
    connection.state = state;
    connection.since = Date.now();
    changed();
  }
}

/** A question that a page asks, with its newest answer. */
class Query {
  constructor(path, topics, text) {
    this.path = path;
    this.topics = topics;
    this.text = text;
    this.data = undefined;
    this.error = "";
    this.status = 0;
    this.running = false;
    this.again = false;
    this.read = 0;
  }

  /** Reads it now, or once the pause is over. */
  refresh(urgent) {
    if (this.running) { this.again = true; return; }
    this.running = true;
    const wait = urgent ? 0 : Math.max(0, this.read + PAUSE - Date.now());
    setTimeout(() => this.load(), wait);
  }

  async load() {
    if (queries.get(this.path) !== this) return;
    try {
      const answer = await fetch(this.path, {headers: {accept: this.text ? "*/*" : "application/json"}});
      const type = answer.headers.get("content-type") || "";
      const body = type.includes("json") ? await answer.json() : await answer.text();
      this.status = answer.status;
      // /readyz says with 503 what it says with 200.
      if (answer.ok || (this.path === "/readyz" && body && typeof body === "object")) {
        this.data = body;
        this.error = "";
      } else {
        this.data = undefined;
        this.error = (body && body.detail) || "the gateway answered " + answer.status;
      }
      connection.heard = Date.now();
    } catch (e) {
      // What was known stays in view, marked as old.
      this.status = 0;
      if (connection.state === "live" || connection.state === "polling") check();
    }
    this.read = Date.now();
    this.running = false;
    changed();
    if (this.again) { this.again = false; this.refresh(); }
  }
}

/**
 * Goes over to a set of questions: those that were asked already keep their answers.
 *
 * @param wanted list of [path, topics, text?]
 */
export function ask(wanted) {
  const paths = new Set(wanted.map(([path]) => path));
  for (const path of [...queries.keys()]) if (!paths.has(path)) queries.delete(path);
  for (const [path, topics, text] of wanted) {
    if (!queries.has(path)) {
      const query = new Query(path, topics, text);
      queries.set(path, query);
      query.refresh(true);
    }
  }
}

/** The newest answer: {data, error, status}. */
export const answer = path => queries.get(path) || {data: undefined, error: "", status: 0};

export const refreshAll = () => queries.forEach(query => query.refresh(true));

function touched(topic) {
  queries.forEach(query => { if (query.topics.includes(topic)) query.refresh(); });
}

const TOPICS = ["readiness", "commit", "registry", "config", "client", "guard", "transaction", "configuration", "problem"];

function heard() {
  clearTimeout(watchdog);
  watchdog = setTimeout(failed, SILENCE);
  connection.heard = Date.now();
}

function open() {
  close();
  if (document.hidden) return;
  const mine = new EventSource("/api/v1/events");
  source = mine;
  const greet = event => {
    heard();
    setServerTime(JSON.parse(event.data).time);
  };
  mine.addEventListener("hello", event => {
    greet(event);
    failures = 0;
    become("live");
    // Whatever happened before is not told again.
    refreshAll();
  });
  mine.addEventListener("alive", greet);
  for (const topic of TOPICS) {
    mine.addEventListener(topic, () => { heard(); touched(topic); });
  }
  mine.addEventListener("error", () => { if (source === mine) failed(); });
  watchdog = setTimeout(failed, SILENCE);
}

function close() {
  clearTimeout(watchdog);
  clearTimeout(retry);
  if (source) { source.close(); source = null; }
}

// The stream ended or never began: is the gateway there at all?
async function failed() {
  close();
  await check();
  clearTimeout(retry);
  const pause = connection.state === "polling" ? POLL : RETRY[Math.min(failures++, RETRY.length - 1)];
  retry = setTimeout(open, pause);
}

async function check() {
  try {
    const answer = await fetch("/livez", {cache: "no-store"});
    become(answer.ok ? "polling" : "lost");
  } catch (e) {
    become("lost");
  }
}

/** Begins to listen; again when the page comes back into view. */
export function start() {
  open();
  document.addEventListener("visibilitychange", () => document.hidden ? close() : open());
  window.addEventListener("pagehide", close);
  setInterval(() => { if (connection.state === "polling" && !document.hidden) refreshAll(); }, POLL);
}
