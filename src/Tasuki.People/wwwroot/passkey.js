// Passkeys. A form marked data-tk-passkey="create" or "get" asks the address in data-options for a challenge, gives it to the browser, puts the answer into the
// form's hidden fields and sends the form: everything else is an ordinary post.

const supported = 'PublicKeyCredential' in window && 'parseCreationOptionsFromJSON' in PublicKeyCredential;
let offered = null;

async function ceremony(form, mediation) {
  const answer = await fetch(form.dataset.options, {
    method: 'POST',
    body: new URLSearchParams(new FormData(form)),
    headers: { Accept: 'application/json' },
    credentials: 'same-origin',
  });
  if (!answer.ok) throw new Error(`options ${answer.status}`);
  const { options, state } = await answer.json();
  const create = form.dataset.tkPasskey === 'create';
  const publicKey = create
    ? PublicKeyCredential.parseCreationOptionsFromJSON(JSON.parse(options))
    : PublicKeyCredential.parseRequestOptionsFromJSON(JSON.parse(options));
  // A request that waits in the background must make room for the one the person asked for.
  offered?.abort();
  offered = new AbortController();
  const credential = create
    ? await navigator.credentials.create({ publicKey, signal: offered.signal })
    : await navigator.credentials.get({ publicKey, signal: offered.signal, ...(mediation ? { mediation } : {}) });
  form.querySelector('[data-tk-passkey-state]').value = state;
  form.querySelector('[data-tk-passkey-credential]').value = JSON.stringify(credential);
}

function prepare(form) {
  const button = form.querySelector('[data-tk-passkey-button]');
  if (!button || button.dataset.ready) return;
  button.dataset.ready = 'yes';
  button.hidden = false;
  form.querySelector('[data-tk-passkey-missing]')?.remove();
  button.addEventListener('click', async event => {
    event.preventDefault();
    const failed = form.querySelector('[data-tk-passkey-failed]');
    if (failed) failed.hidden = true;
    button.disabled = true;
    try {
      await ceremony(form);
      button.disabled = false;
      send(form, button);
    } catch {
      button.disabled = false;
      if (failed) failed.hidden = false;
    }
  });
  if ('tkPasskeyOffer' in form.dataset) offer(form, button);
}

// Where the browser can, a passkey is offered in the field of the sign-in name itself.
async function offer(form, button) {
  if (!(await PublicKeyCredential.isConditionalMediationAvailable?.())) return;
  try {
    await ceremony(form, 'conditional');
    send(form, button);
  } catch {
    // Nothing was chosen, or the person took another way: the page stands as it was.
  }
}

function send(form, button) {
  // The button's own name and value go along, as if it had been pressed; fields of the other way in are not asked for.
  form.noValidate = true;
  if (button.name) {
    const pressed = document.createElement('input');
    pressed.type = 'hidden';
    pressed.name = button.name;
    pressed.value = button.value;
    form.append(pressed);
  }
  form.submit();
}

if (supported) document.querySelectorAll('form[data-tk-passkey]').forEach(prepare);
