import { contains, start } from "@mail/../tests/mail_test_helpers";

import { Deferred } from "@odoo/hoot";
import { queryAll } from "@odoo/hoot-dom";

import { getService, MockServer, onRpc, serverState } from "@web/../tests/web_test_helpers";
import { browser } from "@web/core/browser/browser";

import { fromNow } from "./whatsapp_test_helpers";

export const ROW = ".o-whatsapp-InboxRow";
export const NAME = ".o-whatsapp-InboxRow-name";

export function row(id, name, values = {}) {
    return {
        id,
        name,
        thread_id: id,
        phone: "34600900111",
        blocked: false,
        partner: false,
        agent: false,
        team: false,
        channel: [1, "Demo"],
        tags: [],
        last: false,
        state: "open",
        priority: "0",
        snoozed_until: false,
        window_expires_at: fromNow({ hours: 5 }),
        waiting_since: false,
        last_message_at: fromNow({ minutes: -id }),
        last_message_preview: `Text of ${name}`,
        unanswered_count: 0,
        sla_state: "none",
        sla_due_at: false,
        ...values,
    };
}

/**
 * Open the inbox on rows that the server would send.
 *
 * @param {Object[]} rows
 * @param {Object} [options]
 * @param {(call: {method: string, args: any[]}) => any} [options.answer] to other calls
 * @returns {Promise<{calls: Object[], rows: Object[]}>} what was asked, and the rows, to be changed by the test
 */
export async function openInbox(rows, { answer = () => undefined, query = { view: "all" } } = {}) {
    browser.localStorage.setItem("whatsapp_base.inbox.query", JSON.stringify(query));
    const calls = [];
    const server = { calls, rows };
    onRpc("whatsapp.conversation", "*", ({ method, args }) => {
        calls.push({ method, args });
        const answered = answer({ method, args });
        if (answered !== undefined) {
            return answered;
        }
        switch (method) {
            case "inbox_list":
                return { rows: server.rows, after: false };
            case "inbox_rows":
                return server.rows.filter(({ id }) => args[0].includes(id));
            case "inbox_counts":
                return { mine: 1, unassigned: 2, all: 1000, teams: 0, waiting: 3 };
            case "inbox_bulk":
                return { ids: args[1] };
            case "inbox_ids":
                return server.rows.map(({ id }) => id);
            case "inbox_choices":
                return {
                    agents: [
                        { id: serverState.userId, name: "Me" },
                        { id: 77, name: "Bea" },
                    ],
                    teams: [{ id: 5, name: "Support" }],
                    tags: [{ id: 9, name: "VIP", color: 2 }],
                };
        }
    });
    await start();
    await getService("action").doAction("whatsapp_base.inbox");
    await contains(".o-whatsapp-InboxList");
    await contains(".o-whatsapp-InboxList:not(:has([aria-busy]))");
    document.activeElement.blur();
    return server;
}

export function three() {
    return [row(1, "Ana"), row(2, "Ben"), row(3, "Cleo")];
}

/** Tell the client what changed, and wait until it has heard of it: the bus takes its own time. */
export async function tell(payload) {
    const [partner] = MockServer.env["res.partner"].read(serverState.partnerId);
    const heard = new Deferred();
    const onHeard = () => heard.resolve();
    getService("bus_service").subscribe("whatsapp.conversation/queue", onHeard);
    MockServer.env["bus.bus"]._sendone(partner, "whatsapp.conversation/queue", {
        waiting: {},
        known: {},
        gone: [],
        ...payload,
    });
    await heard;
    getService("bus_service").unsubscribe("whatsapp.conversation/queue", onHeard);
}

/** @returns {string[]} who is in the list; rows that are not laid out yet have no text that is visible */
export const names = () => queryAll(NAME).map((element) => element.textContent);
export const methods = (server, method) => server.calls.filter((call) => call.method === method);

export const ALL_RIGHTS = {
    edit_partner: true,
    create_partner: true,
    edit_contact: true,
    edit_conversation: true,
    create_tag: true,
    edit_sections: true,
};

/** @returns {Object} what the server says of a conversation */
export function panelData(values = {}) {
    return {
        id: 1,
        rights: ALL_RIGHTS,
        contact: {
            id: 5,
            name: "Ana Ruiz",
            phone: "+34600900111",
            username: false,
            profile_name: "Ana Ruiz",
            app_name: false,
            language: false,
            time_zone: false,
            time_zone_is_guess: true,
            note: "",
            blocked: false,
            marketing_stopped: false,
            is_unreachable: false,
            ...values.contact,
        },
        partner: {
            id: serverState.partnerId,
            name: "Ana Ruiz",
            own_name: "Ana Ruiz",
            avatar_version: "1",
            is_company: false,
            function: false,
            email: "ana@example.com",
            phone: "+34600900111",
            phone_differs: false,
            company: false,
            language: "English",
            tags: [],
            place: "",
        },
        conversation: {
            state: "open",
            priority: "0",
            tags: [],
            number: "Demo",
            team: "Support",
            agent: false,
            ...values.conversation,
        },
        sections: [],
        referral: false,
        others: [],
        cycles: [],
        files: { files: [], has_more: false },
        ...Object.fromEntries(
            Object.entries(values).filter(([key]) => !["contact", "conversation"].includes(key)),
        ),
    };
}
