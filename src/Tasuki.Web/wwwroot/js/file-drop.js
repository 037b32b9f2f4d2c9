// Turns every upload form into a drop zone with a list of the chosen files and upload progress. Without it the form works as it stands.

const enhance = form => {
  if (form.tkDrop) return;
  form.tkDrop = true;
  const zone = form.querySelector('.tk-drop__zone');
  const input = form.querySelector('input[type=file]');
  const list = form.querySelector('[data-tk-drop-files]');
  const progress = form.querySelector('[data-tk-drop-progress]');
  const status = form.querySelector('[data-tk-drop-status]');
  const button = form.querySelector('button:not([type=button])');
  const limit = Number(form.dataset.maxBytes ?? 0);

  const show = () => {
    const files = [...input.files];
    list.replaceChildren(...files.map(file => {
      const item = document.createElement('li');
      item.textContent = `${file.name} (${size(file.size)})` + (limit && file.size > limit ? ` ${form.dataset.tooLarge}` : '');
      return item;
    }));
    list.setAttribute('aria-label', form.dataset.chosen);
    list.hidden = files.length === 0;
    button.disabled = Boolean(limit) && files.some(file => file.size > limit);
  };

  let depth = 0;
  const over = on => zone.classList.toggle('tk-drop__zone--over', on);
  zone.addEventListener('dragenter', event => { event.preventDefault(); depth++; over(true); });
  zone.addEventListener('dragleave', () => { depth = Math.max(0, depth - 1); over(depth > 0); });
  zone.addEventListener('dragover', event => event.preventDefault());
  zone.addEventListener('drop', event => {
    event.preventDefault();
    depth = 0;
    over(false);
    const files = [...event.dataTransfer.files];
    if (files.length === 0) return;
    const transfer = new DataTransfer();
    for (const file of input.multiple ? files : files.slice(0, 1)) transfer.items.add(file);
    input.files = transfer.files;
    show();
  });
  input.addEventListener('change', show);

  form.addEventListener('submit', event => {
    event.preventDefault();
    const bar = progress.querySelector('progress');
    const request = new XMLHttpRequest();
    button.disabled = true;
    progress.hidden = false;
    status.textContent = form.dataset.sending;
    const failed = () => {
      progress.hidden = true;
      button.disabled = false;
      status.textContent = form.dataset.failed;
      progress.hidden = false;
      bar.value = 0;
    };
    request.upload.addEventListener('progress', step => {
      if (step.lengthComputable) bar.value = Math.round(step.loaded / step.total * 100);
    });
    request.addEventListener('load', () => {
      // The answer is a page, reached by a redirect or not. Going to its address is what the browser itself would have done after a redirect.
      if (request.status < 400 && new URL(request.responseURL).href !== new URL(form.action).href) {
        location.assign(request.responseURL);
      } else if ((request.getResponseHeader('content-type') ?? '').startsWith('text/html')) {
        // A page that answers the post itself, with what was wrong: show it in place.
        const page = new DOMParser().parseFromString(request.responseText, 'text/html');
        document.title = page.title;
        document.body.replaceChildren(...page.body.querySelectorAll(':scope > :not(script)'));
        enhanceAll();
        window.scrollTo(0, 0);
      } else {
        failed();
      }
    });
    request.addEventListener('error', failed);
    request.addEventListener('abort', failed);
    request.open('POST', form.action);
    request.setRequestHeader('Accept', 'text/html');
    request.send(new FormData(form));
  });

  // Coming back by the browser's back button: the form is ready again.
  window.addEventListener('pageshow', () => { button.disabled = false; progress.hidden = true; });
  show();
};

const size = bytes => bytes < 1024 * 1024
  ? `${Math.max(1, Math.round(bytes / 1024)).toLocaleString()} kB`
  : `${(bytes / 1024 / 1024).toLocaleString(undefined, { maximumFractionDigits: 1 })} MB`;

const enhanceAll = () => document.querySelectorAll('form[data-tk-drop]').forEach(enhance);

enhanceAll();
globalThis.Blazor?.addEventListener('enhancedload', enhanceAll);
