import { Component } from "@odoo/owl";

/**
 * Which number the customer writes to and how they are known, next to the name of the thread.
 *
 * @typedef {Object} Props
 * @property {import("models").WhatsappConversation} conversation
 * @extends {Component<Props, Env>}
 */
export class WhatsappHeader extends Component {
    static template = "whatsapp_base.Header";
    static props = { conversation: Object };

    get identity() {
        const { name, phone, username } = this.props.conversation;
        const handle = username && `@${username}`;
        return [phone, handle].filter((part) => part && part !== name).join(" · ");
    }
}
