// The conversations as the ledger tells them. Events in, plain message objects out; nothing is drawn here.

const TYPING_S = 20;

export class Chats {
  constructor() {
    this.all = new Map();
  }

  of(id) {
    if (!this.all.has(id)) this.all.set(id, { id, messages: [], byId: new Map(), typingUntil: 0, unread: 0, lastAt: 0 });
    return this.all.get(id);
  }

  clear() {
    this.all.clear();
  }

  // What the customer just sent, shown before the app has answered.
  expect(id, text, attachment = "") {
    const chat = this.of(id);
    const message = { id: `pending-${chat.messages.length}-${Math.random()}`, side: "mine", text, attachment };
    this.append(chat, Object.assign(message, { at: Date.now() / 1000, state: "pending", copies: 0 }));
    return message;
  }

  fail(id, message) {
    message.state = "failed";
    this.of(id).typingUntil = 0;
  }

  // True when the dots have been there long enough without an answer.
  stopTyping(id) {
    const chat = this.of(id);
    if (!chat.typingUntil || chat.typingUntil > Date.now() / 1000) return false;
    chat.typingUntil = 0;
    return true;
  }

  // Returns the chat that changed.
  apply(event) {
    const chat = this.of(event.chat);
    (APPLY[event.kind] || (() => {}))(this, chat, event);
    return chat;
  }

  append(chat, message) {
    chat.messages.push(message);
    chat.byId.set(message.id, message);
    chat.lastAt = message.at;
  }
}

const APPLY = {
  in(chats, chat, event) {
    const message = chat.byId.get(event.message) || adopt(chat, event) || fresh(chats, chat, event);
    if (event.edited) Object.assign(message, { text: event.text, edited: true });
    if (event.accepted) {
      message.copies += 1;
      message.state = message.state === "read" ? "read" : "delivered";
      if (message === chat.messages[chat.messages.length - 1]) chat.typingUntil = event.at + TYPING_S;
    } else if (!message.copies) {
      message.state = "failed";
      message.reason = event.status ? `HTTP ${event.status}` : "no answer";
    }
  },

  pressed(chats, chat, event) {
    const message = chat.byId.get(event.message);
    if (message) message.pressed = event.data;
    if (event.accepted) chat.typingUntil = event.at + TYPING_S;
  },

  out(chats, chat, event) {
    chat.typingUntil = 0;
    for (const message of chat.messages) {
      if (message.side === "mine" && message.state === "delivered") message.state = "read";
    }
    const message = { id: event.message, side: "theirs", text: event.text, at: event.at, markup: event.markup };
    chats.append(chat, Object.assign(message, { state: "accepted", lost: event.lost }));
    chat.unread += 1;
  },

  status(chats, chat, event) {
    const message = chat.byId.get(event.message);
    if (message) message.state = event.status;
  },

  edit(chats, chat, event) {
    const message = chat.byId.get(event.message);
    if (!message) return;
    if (event.text) message.text = event.text;
    message.markup = event.markup;
  },

  typing(chats, chat, event) {
    chat.typingUntil = event.at + 6;
  },
};

// The provider's id of a message that the page already shows.
function adopt(chat, event) {
  const message = chat.messages.find(
    (one) => one.id.toString().startsWith("pending-") && one.text === event.text && one.side === "mine",
  );
  if (!message) return null;
  chat.byId.delete(message.id);
  Object.assign(message, { id: event.message, phone: event.phone, attachment: event.attachment || message.attachment });
  chat.byId.set(message.id, message);
  return message;
}

function fresh(chats, chat, event) {
  const message = { id: event.message, side: "mine", text: event.text, attachment: event.attachment, at: event.at };
  Object.assign(message, { state: "pending", copies: 0, phone: event.phone });
  chats.append(chat, message);
  return message;
}
