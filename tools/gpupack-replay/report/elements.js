// SPDX-License-Identifier: Apache-2.0
// What every figure is made of: elements, cards, boxes that scroll, the note at the pointer, and which policies stand
// out.

// ---- Elements -------------------------------------------------------------------------------------------------------

/**
 * Makes an element.
 *
 * create: document.createElement, or the same for SVG; spec: 'tag' or 'tag.class.class'; rest: attributes, which may be
 * left out, then children. Functions among the attributes listen; children that are null or undefined are left out.
 */
function element(create, spec, rest) {
  const [tag, ...classes] = spec.split('.');
  const hasAttributes = rest.length > 0 && rest[0] !== null && Object.getPrototypeOf(rest[0]) === Object.prototype;
  const attributes = hasAttributes ? rest[0] : {};
  const made = create(tag);
  if (classes.length > 0) made.setAttribute('class', classes.join(' '));
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null) continue;
    if (typeof value === 'function') made.addEventListener(name, value);
    else made.setAttribute(name, value);
  }
  const children = hasAttributes ? rest.slice(1) : rest;
  made.append(...children.flat(Infinity).filter(child => child !== null && child !== undefined));
  return made;
}

const html = (spec, ...rest) => element(tag => document.createElement(tag), spec, rest);
const svg = (spec, ...rest) => element(tag => document.createElementNS('http://www.w3.org/2000/svg', tag), spec, rest);

function card(title, note, ...children) {
  return html('section.card', html('h2', title), note ? html('p', note) : null, ...children);
}

/** A box that scrolls sideways where its table is wider, says so, and can be scrolled by keyboard. */
function scrolling(label, table) {
  const box = html('div.scroll', {role: 'region', 'aria-label': label, tabindex: 0}, table);
  const frame = html(
    'div.scroll-frame',
    html('p.scroll-hint', {'aria-hidden': 'true'}, 'The table goes on to the right \u2192'),
    box,
  );
  const measure = () => {
    const hidden = box.scrollWidth - box.clientWidth;
    frame.classList.toggle('overflows', hidden > 1);
    frame.classList.toggle('more', hidden - box.scrollLeft > 1);
  };
  box.addEventListener('scroll', measure, {passive: true});
  whenResized(frame, measure);
  return frame;
}

/** Calls `listener` with the width of an element, first when it is laid out, then whenever that changes. */
function whenResized(target, listener) {
  let known = 0;
  const measure = () => {
    const width = Math.round(target.clientWidth);
    if (width === known || width === 0) return;
    known = width;
    listener(width);
  };
  new ResizeObserver(() => requestAnimationFrame(measure)).observe(target);
}

const pen = document.createElement('canvas').getContext('2d');

/** The width of a text in a plot, in pixels. */
function textWidth(text) {
  pen.font = '12.5px ' + getComputedStyle(document.body).fontFamily;
  return Math.ceil(pen.measureText(text).width);
}

// ---- The note at the pointer ----------------------------------------------------------------------------------------

const tip = document.getElementById('tip');
const hideTip = () => {
  tip.hidden = true;
};

function showTip(event, children) {
  tip.replaceChildren(...children);
  tip.hidden = false;
  const below = event.clientY + 18 + tip.offsetHeight < innerHeight;
  tip.style.left = Math.max(6, Math.min(event.clientX + 16, innerWidth - tip.offsetWidth - 6)) + 'px';
  tip.style.top = Math.max(6, below ? event.clientY + 18 : event.clientY - tip.offsetHeight - 12) + 'px';
}

// ---- Which policies stand out ---------------------------------------------------------------------------------------

const hues = 7;
const emphasised = new Map(); // from the index of a policy that stands out to the number of its colour and dash
const redraws = []; // what is drawn anew when a policy begins or ceases to stand out

/** A policy begins to stand out, with the first look that is free. */
function emphasise(policy) {
  const taken = new Set(emphasised.values());
  let look = 0;
  while (taken.has(look)) ++look;
  emphasised.set(policy.index, look);
}

/** The best six and those that the command names; all, where there are few. */
function emphasiseAtFirst() {
  const few = policies.length <= 8;
  const named = meta.named.length <= 12 ? new Set(meta.named) : new Set();
  for (const policy of policies) if (few || policy.index < 6 || named.has(policy.name)) emphasise(policy);
}

/** Colour and dash of a policy, as attributes; with them, an element follows the pointer and the legend. */
function styleOf(policy, classes = '') {
  const look = emphasised.get(policy.index);
  const pattern = look === undefined ? 'faint' : 'd' + (Math.floor(look / hues) % 4);
  return {
    class: classes + ' ' + pattern,
    style: '--c: var(' + (look === undefined ? '--faint-line' : '--hue-' + (look % hues)) + ')',
    'data-policy': policy.index,
    'data-classes': classes,
  };
}

const swatch = policy =>
  svg(
    'svg',
    {...styleOf(policy, 'swatch'), viewBox: '0 0 26 8', 'aria-hidden': 'true'},
    svg('path.line', {d: 'M1 4H25'}),
  );

function toggle(policy) {
  if (!emphasised.delete(policy.index)) emphasise(policy);
  for (const each of document.querySelectorAll('[data-policy]')) {
    const {style, class: classes} = styleOf(policies[each.dataset.policy], each.dataset.classes);
    each.setAttribute('style', style);
    each.setAttribute('class', classes);
  }
  for (const redraw of redraws) redraw();
}

/** The policy under the pointer or with the focus stands out from the rest, everywhere on the page. */
function followPointer() {
  const focus = target => {
    const index = target?.closest?.('[data-policy]')?.dataset.policy;
    document.body.classList.toggle('focusing', index !== undefined);
    for (const each of document.querySelectorAll('[data-policy]'))
      each.classList.toggle('on', each.dataset.policy === index);
  };
  document.addEventListener('pointerover', event => focus(event.target));
  document.addEventListener('focusin', event => focus(event.target));
  document.addEventListener('focusout', () => focus(null));
}

/** A button for each policy; where there are many, the faint ones fold away. */
function legend() {
  const chip = policy => {
    const button = html(
      'button',
      {
        ...styleOf(policy, 'chip'),
        type: 'button',
        'aria-pressed': String(emphasised.has(policy.index)),
        title: 'Make this policy stand out, or not',
        click: () => {
          toggle(policy);
          button.setAttribute('aria-pressed', String(emphasised.has(policy.index)));
        },
      },
      swatch(policy),
      policy.name,
    );
    return button;
  };
  const out = policies.filter(policy => emphasised.has(policy.index));
  const faint = policies.filter(policy => !emphasised.has(policy.index));
  const group = html('div.legend', {role: 'group', 'aria-label': 'Policies that stand out'}, out.map(chip));
  if (faint.length > 0)
    group.append(
      html(
        'details',
        html('summary', faint.length === 1 ? '1 more policy' : number(faint.length) + ' more policies'),
        html('div.legend', faint.map(chip)),
      ),
    );
  return group;
}
