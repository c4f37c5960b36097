import { mailModels, startServer } from "@mail/../tests/mail_test_helpers";
import { mailDataHelpers } from "@mail/../tests/mock_server/mail_mock_server";

import {
    Command,
    defineModels,
    fields,
    makeKwArgs,
    MockServer,
    models,
    serverState,
} from "@web/../tests/web_test_helpers";
import { serializeDateTime } from "@web/core/l10n/dates";
import { patch } from "@web/core/utils/patch";

const { DateTime } = luxon;

/** The channel knows its conversation as plain values: the server's own computation is tested in Python. */
export class DiscussChannel extends mailModels.DiscussChannel {
    whatsapp_conversation = fields.Json({ default: false });

    _to_store(store, fields) {
        super._to_store(...arguments);
        for (const channel of this) {
            if (channel.whatsapp_conversation) {
                const values = conversationToStore(channel.id, channel.whatsapp_conversation);
                for (const partner of this.env["res.partner"].browse([values.partner_id])) {
                    store.add(
                        this.env["res.partner"].browse(partner.id),
                        makeKwArgs({ fields: ["avatar_128", "name"] }),
                    );
                }
                store._add_model_values("whatsapp.conversation", values);
            }
        }
    }
}

export class MailMessage extends mailModels.MailMessage {
    whatsapp_status = fields.Json({ default: false });
    whatsapp_content = fields.Json({ default: false });

    _to_store(store) {
        super._to_store(...arguments);
        for (const message of this) {
            store._add_record_fields(this.browse(message.id), {
                whatsapp_status: message.whatsapp_status,
                whatsapp_content: message.whatsapp_content,
            });
        }
    }
}

export class ResUsers extends mailModels.ResUsers {
    has_whatsapp = fields.Boolean({ default: true });

    _init_store_data(store) {
        super._init_store_data(...arguments);
        store.add({ has_access_whatsapp: this.env.user?.has_whatsapp });
    }
}

/** What a client asks when it opens a conversation; tests of one of these mock it with `onRpc`. */
export class WhatsappConversation extends models.Model {
    _name = "whatsapp.conversation";

    own_waiting_count() {
        return 0;
    }
    announce_presence(ids, state, ask) {
        return ask ? { pending: [] } : {};
    }
    inbox_follow() {
        return { data: {} };
    }
    mention_suggestions() {
        return {};
    }
    pending_replies() {
        return [];
    }
    template_choices() {
        return [];
    }
}

export class WhatsappAgent extends models.Model {
    _name = "whatsapp.agent";
}

export class WhatsappChatMessage extends models.Model {
    _name = "whatsapp.chat.message";
}

patch(mailDataHelpers, {
    _process_request_for_internal_user(store, name) {
        super._process_request_for_internal_user(...arguments);
        if (name === "/whatsapp/waiting") {
            const Channel = this.env["discuss.channel"];
            const waiting = Channel.search([["channel_type", "=", "whatsapp_chat"]]).filter(
                (id) => {
                    const { whatsapp_conversation: conversation } = Channel.browse(id)[0];
                    return conversation && !conversation.agent_id && conversation.state === "open";
                },
            );
            store.add(Channel.browse(waiting));
            store.resolve_data_request({
                channels: mailDataHelpers.Store.many(
                    Channel.browse(waiting),
                    makeKwArgs({ only_id: true }),
                ),
                count: waiting.length,
            });
        }
    },
});

export function defineWhatsappModels() {
    return defineModels({
        ...mailModels,
        DiscussChannel,
        MailMessage,
        ResUsers,
        WhatsappConversation,
        WhatsappAgent,
        WhatsappChatMessage,
    });
}

/** @returns {Object} values of a conversation as the server sends them; the record has the ID of its channel */
export function conversationToStore(channelId, values) {
    return {
        id: channelId,
        blocked: false,
        company_id: serverState.companies[0].id,
        discuss_channel_id: { id: channelId, model: "discuss.channel" },
        number: "Demo Services",
        phone: "+34600900111",
        state: "open",
        team_id: false,
        unanswered_count: 0,
        username: false,
        ...values,
    };
}

/** @param {Object} duration of luxon, from now @returns {string} as the server sends it */
export function fromNow(duration) {
    return serializeDateTime(DateTime.now().plus(duration));
}

/**
 * Create a conversation with its customer and Discuss channel.
 *
 * @param {Object} [values] of the conversation, over an open window and no agent
 * @param {Object} [options]
 * @param {boolean} [options.isMine] the current user takes care of it
 * @returns {Promise<{channelId: number, partnerId: number, pyEnv: Object}>}
 */
export async function createConversation(values = {}, { isMine = true } = {}) {
    const pyEnv = MockServer.env ?? (await startServer());
    const name = values.name ?? "Ana Ruiz";
    const partnerId = pyEnv["res.partner"].create({ name });
    const channelId = pyEnv["discuss.channel"].create({
        channel_member_ids: isMine ? [Command.create({ partner_id: serverState.partnerId })] : [],
        channel_type: "whatsapp_chat",
        name,
    });
    pyEnv["discuss.channel"].write([channelId], {
        whatsapp_conversation: {
            name,
            partner_id: partnerId,
            state: "open",
            agent_id: isMine ? serverState.partnerId : false,
            last_inbound_at: fromNow({ hours: -1 }),
            waiting_since: fromNow({ hours: -1 }),
            window_expires_at: fromNow({ hours: 23 }),
            ...values,
        },
    });
    return { channelId, partnerId, pyEnv };
}

/** Post a message into a thread; outgoing where it has a status. */
export function createMessage(
    pyEnv,
    channelId,
    body,
    { authorId = serverState.partnerId, status = false, content = false, attachmentIds = [] } = {},
) {
    return pyEnv["mail.message"].create({
        author_id: authorId,
        body,
        attachment_ids: attachmentIds,
        message_type: "comment",
        model: "discuss.channel",
        res_id: channelId,
        whatsapp_content: content,
        whatsapp_status: status && {
            id: 77,
            title: false,
            remedy: false,
            code: false,
            at: false,
            ...status,
        },
    });
}

/** Send changed values of a conversation to the client, as the server does. */
export function changeConversation(pyEnv, channelId, values) {
    const [partner] = pyEnv["res.partner"].read(serverState.partnerId);
    pyEnv["bus.bus"]._sendone(partner, "mail.record/insert", {
        "whatsapp.conversation": [{ id: channelId, ...values }],
    });
}
