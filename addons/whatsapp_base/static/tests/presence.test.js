import { contains, insertText, openDiscuss, start } from "@mail/../tests/mail_test_helpers";
import { WhatsappPresence } from "@whatsapp_base/discuss/presence/presence_service";

import { advanceTime, describe, expect, test } from "@odoo/hoot";

import { onRpc, serverState } from "@web/../tests/web_test_helpers";

import { createConversation, defineWhatsappModels } from "./whatsapp_test_helpers";

describe.current.tags("desktop");
defineWhatsappModels();

const LINE = ".o-whatsapp-PresenceLine";

function tell(pyEnv, conversationId, values) {
    const [partner] = pyEnv["res.partner"].read(serverState.partnerId);
    pyEnv["bus.bus"]._sendone(partner, "whatsapp.conversation/presence", {
        ask: false,
        conversation_id: conversationId,
        expires_in: 150,
        name: "Bea",
        state: "viewing",
        user_id: 4711,
        ...values,
    });
}

function recordPresence() {
    onRpc("whatsapp.conversation", "announce_presence", ({ args }) => {
        expect.step(`${args[1]}${args[2] ? "?" : ""}`);
        return args[2] ? { pending: [] } : {};
    });
}

test("who else looks on or types is said, and forgotten after a while", async () => {
    const { channelId, pyEnv } = await createConversation();
    await start();
    await openDiscuss(channelId);
    await contains(".o-mail-Composer-input");
    expect(LINE).toHaveCount(0);
    tell(pyEnv, channelId, {});
    await contains(LINE, { text: "Bea is viewing" });
    tell(pyEnv, channelId, { state: "typing", expires_in: 9 });
    await contains(LINE, { text: "Bea is typing a reply" });
    await insertText(".o-mail-Composer-input", "Hello");
    await contains(`${LINE}.o-warning`, { text: "Bea is typing a reply, too" });
    await advanceTime(10_000);
    await contains(LINE, { count: 0 });
    tell(pyEnv, channelId, {});
    await contains(LINE, { text: "Bea is viewing" });
    tell(pyEnv, channelId, { state: "left", expires_in: 0 });
    await contains(LINE, { count: 0 });
});

test("one's other tabs and other conversations are nobody", async () => {
    const { channelId, pyEnv } = await createConversation();
    await start();
    await openDiscuss(channelId);
    await contains(".o-mail-Composer-input");
    tell(pyEnv, channelId, { user_id: serverState.userId });
    tell(pyEnv, channelId + 100, {});
    tell(pyEnv, channelId, { name: "Carl", user_id: 4712 });
    await contains(LINE, { text: "Carl is viewing" });
});

test("a client says that it is there, answers who asks, and says when it types and goes", async () => {
    recordPresence();
    const { channelId, pyEnv } = await createConversation();
    const otherId = pyEnv["discuss.channel"].create({ name: "general", channel_type: "channel" });
    await start();
    await openDiscuss(channelId);
    await expect.waitForSteps(["viewing?"]);
    tell(pyEnv, channelId, { ask: true });
    await contains(LINE);
    await advanceTime(1000);
    await expect.waitForSteps(["viewing"]);
    await advanceTime(60_000);
    await expect.waitForSteps(["viewing"]);
    await insertText(".o-mail-Composer-input", "Hello");
    await expect.waitForSteps(["typing"]);
    await openDiscuss(otherId);
    await contains(".o-mail-DiscussContent-threadName[title='general']");
    await expect.waitForSteps(["left"]);
});

test("two places that show a conversation are one presence", () => {
    const said = [];
    const services = {
        bus_service: { addChannel() {}, deleteChannel() {}, subscribe() {} },
        orm: { silent: { call: async (model, method, [, state]) => said.push(state) } },
    };
    const presence = new WhatsappPresence(services);
    presence.enter(1);
    presence.enter(1);
    presence.leave(1);
    expect(said).toEqual(["viewing"]);
    presence.leave(1);
    expect(said).toEqual(["viewing", "left"]);
});
