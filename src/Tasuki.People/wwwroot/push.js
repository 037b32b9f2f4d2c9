// Notices on this device. A form marked data-tk-push carries the public key of the municipality: the button asks the browser for a subscription, puts its address into the
// form and sends the form.

const supported = 'serviceWorker' in navigator && 'PushManager' in window && 'Notification' in window;

function prepare(form) {
  const button = form.querySelector('[data-tk-push-button]');
  if (!supported || !button) return;
  button.hidden = false;
  form.querySelector('[data-tk-push-missing]')?.remove();
  button.addEventListener('click', async event => {
    event.preventDefault();
    const failed = form.querySelector('[data-tk-push-failed]');
    failed.hidden = true;
    button.disabled = true;
    try {
      if (await Notification.requestPermission() !== 'granted') throw new Error('not allowed');
      const registration = await navigator.serviceWorker.register(form.dataset.worker);
      const worker = registration.installing ?? registration.waiting;
      if (worker && worker.state !== 'activated')
        await new Promise(done => worker.addEventListener('statechange', () => worker.state === 'activated' && done()));
      const subscription = await registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: form.dataset.tkPush });
      form.querySelector('[data-tk-push-address]').value = subscription.endpoint;
      form.submit();
    } catch {
      failed.hidden = false;
      button.disabled = false;
    }
  });
}

for (const form of document.querySelectorAll('form[data-tk-push]')) prepare(form);
