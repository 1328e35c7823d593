// Improves My tokens, which works without it: answers without a reload, local times, and the camera as a reader of barcodes.
// All words and all markup come from the server. A module, so it runs once the page is there. docs/adr/0013 says why no Rust.
const find = (selector) => document.querySelector(selector);
const say = (text) => { find('[aria-live]').textContent = text; };

// Shows a note of the server's in the form, and focuses the field that it is about.
function showFieldError(form, note, field) {
  for (const wrong of form.querySelectorAll('[aria-invalid]')) wrong.removeAttribute('aria-invalid');
  form.querySelector('[role=alert]')?.replaceChildren(find(note).content.cloneNode(true));
  field?.setAttribute('aria-invalid', 'true');
  field?.focus();
}

// What is missing in the form, as the server would say; a code that it keeps may stay out.
function incomplete({ serial, code, kept }) {
  if (serial?.required && !serial.value.trim()) return ['#missing-serial', serial];
  const digits = code?.value.replace(/\s/g, '');
  return code && !(kept && !digits) && !/^\d{6}$/.test(digits) && ['#missing-code', code];
}

async function send(form, button) {
  const missing = incomplete(form.elements);
  if (missing) return showFieldError(form, ...missing);
  const [url, body, typed] = [new URL(form.action), new URLSearchParams(new FormData(form)), form.elements.code?.value];
  const isPost = form.method === 'post';
  if (!isPost) url.search = body;
  const idle = button?.textContent;
  button?.setAttribute('aria-disabled', 'true');
  if (button?.dataset.busy) say(button.textContent = button.dataset.busy);
  try {
    const answer = await fetch(url, isPost ? { method: 'POST', body } : {});
    const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
    if (!page.querySelector('.page--mine')) throw answer;
    show(page, answer.url, typed);
  } catch {
    button?.removeAttribute('aria-disabled');
    if (button) button.textContent = idle;
    say('');
    const place = form.matches('.form') ? form : find('.form');
    if (place) showFieldError(place, '#offline');
    else form.submit();
  }
}

// Replaces the content by that of the server's answer. A code that was not refused stays in its field.
function show(page, url, typed) {
  stop();
  history.replaceState(null, '', url);
  for (const part of ['header', 'main']) find(part).replaceWith(page.querySelector(part));
  const code = find('#code[data-keep]');
  if (code && typed) code.value = typed;
  begin();
  find('main [autofocus]')?.focus();
}

addEventListener('submit', (event) => {
  const [form, button] = [event.target, event.submitter];
  if (!form.action.endsWith('/my')) return;
  event.preventDefault();
  if (button?.getAttribute('aria-disabled') !== 'true') send(form, button);
});

// The serial number: kept when the language changes, and that of an own token opens the form of that token.
addEventListener('input', ({ target }) => target.id === 'serial' && keep(target.value.trim()));
addEventListener('change', ({ target }) => {
  const key = target.id === 'serial' && target.value.trim().toLowerCase();
  if (key && find(`[data-serial="${CSS.escape(key)}"]`)) send(find('#look'));
});

function keep(serial) {
  find('#look').elements.serial.value = serial;
  for (const link of document.querySelectorAll('.languages a')) {
    const url = new URL(link.href);
    url.searchParams.set('serial', serial);
    link.href = url;
  }
}

// The camera
let stream;

function stop() {
  for (const track of stream?.getTracks() ?? []) track.stop();
  stream = undefined;
}

function showScan(isOn, text = '', tone) {
  find('#scan').hidden = isOn;
  find('#scanning').hidden = !isOn;
  const note = Object.assign(document.createElement('p'), { className: `note note--${tone}`, textContent: text });
  find('#scanned').replaceChildren(...(text ? [note] : []));
}

async function scan() {
  const { found, denied, none, broken } = find('#scanner').dataset;
  showScan(true);
  try {
    const opened = await navigator.mediaDevices.getUserMedia({ video: { facingMode: 'environment' } });
    // The form may have been left, or the camera stopped, while the browser asked for permission.
    if (find('#scanning')?.hidden !== false) return opened.getTracks().forEach((track) => track.stop());
    stream = opened;
    const [video, detector] = [find('#scanning video'), new BarcodeDetector()];
    video.srcObject = opened;
    while (stream === opened) {
      // Before the first frame nothing is detected.
      const [seen] = await detector.detect(video).catch(() => []);
      const text = seen?.rawValue ?? '';
      const serial = (/\/my\?serial=/.test(text) ? new URL(text).searchParams.get('serial') : text).trim();
      if (stream === opened && serial) {
        stop();
        find('#serial').value = serial;
        keep(serial);
        showScan(false, found.replace('{serial}', serial), 'good');
        return find('#code').focus();
      }
      await new Promise((wait) => setTimeout(wait, 200));
    }
  } catch ({ name }) {
    stop();
    const reason = { NotAllowedError: denied, SecurityError: denied, NotFoundError: none, OverconstrainedError: none };
    if (find('#scanning')) showScan(false, reason[name] ?? broken, 'warning');
  }
}

addEventListener('click', ({ target }) => {
  if (target.id === 'scan') scan();
  if (target.id !== 'stop') return;
  stop();
  showScan(false);
  find('#scan').focus();
});

// What a page that has just come needs.
function begin() {
  const { lang } = document.documentElement;
  for (const time of document.querySelectorAll('time')) {
    time.textContent = new Date(time.dateTime).toLocaleString(lang, { dateStyle: 'medium', timeStyle: 'short' });
  }
  // Only its visibility changes: the place of the button is kept free.
  find('#scan')?.classList.toggle('is-usable', 'BarcodeDetector' in window && Boolean(navigator.mediaDevices));
}

begin();
