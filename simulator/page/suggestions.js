// Messages to begin with, in the outlet's language and made of the catalog's own names.

const SAY = {
  en: [(a) => `I need 100 x ${a}`, (a, b) => `boss tmr send 5ctn ${a} n 2 pkt ${b}`, (a) => `How much is ${a}?`, () => "Same as last order please", () => "Where is my order?"],
  ms: [(a) => `nak 100 pcs ${a}`, (a, b) => `esok hantar 2 karton ${a} dan 2 pek ${b}`, (a) => `berapa harga ${a}?`, () => "sama macam biasa"],
  zh: [(a) => `要100个${a}`, (a, b) => `明天送2箱${a}，${b}两包`, (a) => `${a}多少钱？`, () => "跟上次一样"],
  ta: [(a) => `${a} 100 வேண்டும்`, (a) => `I need 100 x ${a}`, (a) => `How much is ${a}?`],
};
const SCRIPT = { zh: /\p{Script=Han}/u, ta: /\p{Script=Tamil}/u };

export function suggest(language, products) {
  const spoken = SAY[language] ? language : "en";
  const names = products.map((product) => nameIn(spoken, product)).filter(Boolean);
  if (!names.length) return ["Hello", "What do you have?"];
  const [first, second = first] = names;
  return SAY[spoken].map((say) => say(first, second)).slice(0, 5);
}

function nameIn(language, product) {
  const script = SCRIPT[language];
  const found = script ? product.aliases.find((alias) => script.test(alias)) : product.aliases.find((alias) => /^[\w\s-]+$/.test(alias) && alias.includes(" "));
  return found || (script ? "" : product.name);
}
