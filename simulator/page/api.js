// The page's two sources: the simulator (through the app's door) and the app's own orders.

const SIMULATOR = "/simulator/api";

async function call(address, options = {}) {
  const answer = await fetch(address, { cache: "no-store", ...options });
  const value = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Error(value.error || `${answer.status} ${answer.statusText}`);
  return value;
}

const post = (path, value) =>
  call(SIMULATOR + path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(value) });

export const outlets = () => call("/simulator/outlets.json");
export const orders = (channel, address) =>
  call(`/simulator/orders.json?${new URLSearchParams({ channel, address })}`);

// The browser reconnects by itself and says which event it saw last.
export const follow = (after) => new EventSource(`/simulator/events?after=${after}`);
export const sendWhatsapp = (message) => post("/send/twilio", message);
export const sendTelegram = (message) => post("/send/telegram", message);

export const faults = () => call(`${SIMULATOR}/faults`);
export const addFault = (fault) => post("/faults", fault);
export const removeFault = (id) => call(`${SIMULATOR}/faults?id=${id}`, { method: "DELETE" });
