// The menus of the shell are plain <details>. This closes them as people expect: on a click outside, on Escape, and after a page was followed.

const open = () => document.querySelectorAll('details.tk-menu[open], details.tk-tabs__more[open]');

document.addEventListener('click', event => {
  for (const menu of open()) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});
document.addEventListener('keydown', event => {
  if (event.key !== 'Escape') return;
  for (const menu of open()) {
    menu.open = false;
    menu.querySelector('summary').focus();
  }
});
globalThis.Blazor?.addEventListener('enhancedload', () => {
  for (const menu of open()) menu.open = false;
});
