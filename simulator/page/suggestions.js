// Messages to begin with, in the outlet's language and made of the catalog's own names and packs.

const UNITS = {
  en: { carton: "ctn", packet: "pkt" },
  ms: { carton: "karton", packet: "pek", bundle: "ikat", box: "kotak" },
  zh: { carton: "箱", packet: "包", bundle: "捆", box: "盒" },
  ta: { carton: "ctn", packet: "pkt" },
};
const SAY = {
  en: [
    (a) => `I need 100 x ${a.name}`,
    (a, b) => `boss tmr send 5 ${a.pack} ${a.name} n 2 ${b.pack} ${b.name}`,
    (a) => `How much is ${a.name}?`,
    () => "Same as last order please",
    () => "Where is my order?",
  ],
  ms: [
    (a) => `nak 100 pcs ${a.name}`,
    (a, b) => `esok hantar 2 ${a.pack} ${a.name} dan 3 ${b.pack} ${b.name}`,
    (a) => `berapa harga ${a.name}?`,
    () => "sama macam biasa",
  ],
  zh: [
    (a) => `要100个${a.name}`,
    (a, b) => `明天送2${a.pack}${a.name}，${b.name}3${b.pack}`,
    (a) => `${a.name}多少钱？`,
    () => "跟上次一样",
  ],
  ta: [(a) => `${a.name} 100 வேண்டும்`, (a) => `${a.name} 2 ${a.pack} வேண்டும்`, () => "Where is my order?"],
};
const SCRIPT = { zh: /\p{Script=Han}/u, ta: /\p{Script=Tamil}/u };
const PLAIN = /^[a-z0-9][\w -]*$/i;

export function suggest(language, products) {
  const spoken = SAY[language] ? language : "en";
  const known = products.map((product) => spokenOf(spoken, product)).filter((product) => product.name);
  if (!known.length) return ["Hello", "What do you have?"];
  const first = known[0];
  const second = known.find((product) => product.category !== first.category) || first;
  return SAY[spoken].map((say) => say(first, second));
}

// The product as somebody who speaks this language calls it, and its largest pack.
function spokenOf(language, product) {
  const script = SCRIPT[language];
  const pack = product.packs[product.packs.length - 1];
  const alias = product.aliases.find((name) => (script ? script.test(name) : PLAIN.test(name) && name.includes(" ")));
  return { name: alias || (script ? "" : product.name), pack: UNITS[language][pack] || pack, category: product.category };
}
