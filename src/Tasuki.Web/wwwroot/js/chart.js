// Shows a chart's value beside the pointer. The same words stand in each point's title and in the table below, so nothing is lost without it.

const tip = document.createElement('div');
tip.className = 'tk-tip';
tip.hidden = true;
tip.setAttribute('aria-hidden', 'true');

document.addEventListener('pointerover', event => {
  const hit = event.target instanceof Element ? event.target.closest('[data-tk-tip]') : null;
  if (!hit) {
    tip.hidden = true;
    return;
  }
  if (!tip.isConnected) document.body.append(tip);
  tip.textContent = hit.dataset.tkTip;
  tip.hidden = false;
  const box = hit.getBoundingClientRect();
  const left = box.left + box.width / 2 - tip.offsetWidth / 2;
  // Set through the object model: the content security policy forbids style attributes in markup, not this.
  tip.style.left = `${Math.min(Math.max(8, left), document.documentElement.clientWidth - tip.offsetWidth - 8) + window.scrollX}px`;
  tip.style.top = `${box.top + window.scrollY - tip.offsetHeight - 8}px`;
});
document.addEventListener('scroll', () => { tip.hidden = true; }, { passive: true });
