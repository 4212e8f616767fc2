// The script of the report, for those who let it run: a search in the story, and what belongs to a box of the graph.
// The page is whole without it.

export const script = `
'use strict';
(() => {
  const graph = document.getElementById('graph');
  const numbersOf = (text) => (text || '').split(' ').filter((number) => number !== '');
  const marked = document.querySelectorAll('[data-numbers], [data-from]');
  const clear = () => {
    if (graph) graph.classList.remove('focused');
    for (const element of document.querySelectorAll('.near')) element.classList.remove('near');
  };
  const show = (node) => {
    clear();
    const own = new Set(numbersOf(node.dataset.numbers));
    const near = new Set(own);
    const touches = (text) => numbersOf(text).some((number) => own.has(number));
    for (const { dataset, classList } of marked) {
      if (dataset.from === undefined || !(touches(dataset.from) || touches(dataset.to))) continue;
      classList.add('near');
      for (const number of [...numbersOf(dataset.from), ...numbersOf(dataset.to)]) near.add(number);
    }
    for (const { dataset, classList } of marked) {
      if (dataset.numbers === undefined) continue;
      const set = classList.contains('node') ? near : own;
      if (numbersOf(dataset.numbers).some((number) => set.has(number))) classList.add('near');
    }
    graph.classList.add('focused');
  };
  for (const node of graph ? graph.querySelectorAll('a.node') : []) {
    node.addEventListener('mouseenter', () => show(node));
    node.addEventListener('mouseleave', clear);
    node.addEventListener('focus', () => show(node));
    node.addEventListener('blur', clear);
  }
  const search = document.getElementById('search');
  const result = document.getElementById('search-result');
  const steps = [...document.querySelectorAll('.step')].map((step) => ({ step, text: step.textContent.toLowerCase() }));
  document.getElementById('search-label').hidden = false;
  search.addEventListener('input', () => {
    const words = search.value.toLowerCase().split(/\\s+/).filter((word) => word !== '');
    let found = 0;
    for (const { step, text } of steps) {
      const fits = words.every((word) => text.includes(word));
      step.classList.toggle('hidden', !fits);
      if (fits) found += 1;
    }
    for (const more of document.querySelectorAll('details.more')) more.open = words.length > 0;
    result.textContent = words.length === 0 ? '' : found + ' of ' + steps.length + ' steps';
  });
})();
`
