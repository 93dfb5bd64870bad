// SPDX-License-Identifier: Apache-2.0
// Opens a report of gpupack-replay without a browser: runs its script on a small stand-in for a page, works every
// control, and prints the text of the page, an element a line. Ends with status 1 where the script throws or where what
// it draws has a number that is none.
//
//   node open_page.mjs page.html
import {readFileSync} from 'node:fs';
import vm from 'node:vm';

const source = readFileSync(process.argv[2], 'utf8');
const scripts = [...source.matchAll(/<script(?: type="application\/json" id="(\w+)")?>([^]*?)<\/script>/g)];
const parts = new Map(scripts.map(([, id, text]) => [id ?? 'script', text]));
if (scripts.length !== 3 || parts.size !== 3) throw new Error(`the page has ${scripts.length} scripts, expected meta, runs and its own`);

const waiting = []; // callbacks of observers and frames
const observed = [];

class Element {
  constructor(tag) {
    this.tagName = tag;
    this.children = [];
    this.attributes = new Map();
    this.listeners = [];
    this.style = {};
    this.clientWidth = this.scrollWidth = this.offsetWidth = this.offsetHeight = 1000;
    this.scrollLeft = 0;
    this.value = '';
    const attribute = name => 'data-' + name;
    this.dataset = new Proxy({}, {
      get: (_, name) => this.attributes.get(attribute(name)),
      set: (_, name, value) => (this.attributes.set(attribute(name), String(value)), true),
    });
    this.classList = {toggle() {}, add() {}, remove() {}};
  }
  append(...children) { this.children.push(...children.map(child => child instanceof Element ? child : String(child))); }
  replaceChildren(...children) { this.children = []; this.append(...children); }
  setAttribute(name, value) { this.attributes.set(name, String(value)); }
  getAttribute(name) { return this.attributes.get(name) ?? null; }
  removeAttribute(name) { this.attributes.delete(name); }
  addEventListener(kind, listener) { this.listeners.push([kind, listener]); }
  closest() { return null; }
  getBoundingClientRect() { return {left: 0, top: 0, width: 1000, height: 400}; }
  getContext() { return {measureText: text => ({width: 7 * text.length}), fillRect() {}, scale() {}}; }
  set textContent(text) { this.children = [String(text)]; }
  get textContent() { return this.children.map(child => child instanceof Element ? child.textContent : child).join(''); }
  all() { return [this, ...this.children.flatMap(child => child instanceof Element ? child.all() : [])]; }
  querySelectorAll(selector) {
    const name = selector.match(/^\[([\w-]+)\]$/)[1];
    return this.all().filter(each => each.attributes.has(name));
  }
}

const ids = new Map(['page', 'problem', 'tip'].map(id => [id, new Element('div')]));
for (const id of ['meta', 'runs']) {
  ids.set(id, new Element('script'));
  ids.get(id).textContent = parts.get(id);
}
const body = new Element('body');
body.append(ids.get('page'), ids.get('problem'), ids.get('tip'));
const colours = {getPropertyValue: () => '#336699', fontFamily: 'sans-serif'};
const context = {
  document: {
    body, documentElement: new Element('html'), title: '',
    createElement: tag => new Element(tag), createElementNS: (_, tag) => new Element(tag),
    getElementById: id => ids.get(id), querySelectorAll: selector => body.querySelectorAll(selector), addEventListener() {},
  },
  matchMedia: () => ({addEventListener() {}}),
  getComputedStyle: () => colours,
  requestAnimationFrame: callback => waiting.push(callback),
  ResizeObserver: class {
    constructor(callback) { this.callback = callback; }
    observe(target) { observed.push(target); waiting.push(this.callback); }
  },
  addEventListener() {}, innerWidth: 1100, innerHeight: 800, console,
};
context.window = context;

const settle = () => { while (waiting.length > 0) waiting.shift()(); };

/** Everything that shows, as lines; stops at a number that is none. */
function shown() {
  for (const element of body.all())
    for (const text of [...element.attributes.values(), ...element.children.filter(child => !(child instanceof Element))])
      if (/\b(NaN|undefined|null|Infinity)\b|\[object/.test(text)) throw new Error(`<${element.tagName}> has "${text}"`);
  return body.all().flatMap(element => [...element.attributes].filter(([name]) => name === 'title' || name === 'aria-label').map(([, text]) => text)
    .concat(element.children.filter(child => !(child instanceof Element)))).join('\n');
}

vm.runInNewContext(parts.get('script'), context);
settle();
const text = shown();

// Narrow, then every button and list, and the pointer over everything that listens.
for (const target of observed) target.clientWidth = 360;
const event = {clientX: 500, clientY: 200, target: body};
for (const element of body.all())
  for (const [kind, listener] of element.listeners) {
    listener.call(element, {...event, type: kind});
    settle();
    shown();
  }
console.log(context.document.title + '\n' + text);
