import { startServer } from "@mail/../tests/mail_test_helpers";

import { describe, expect, test } from "@odoo/hoot";
import { animationFrame, Deferred } from "@odoo/hoot-mock";

import { contains, getService, onRpc } from "@web/../tests/web_test_helpers";

import { methods, openInbox, row } from "./inbox_test_helpers";
import { defineWhatsappModels } from "./whatsapp_test_helpers";

describe.current.tags("desktop");
defineWhatsappModels();

const many = (count) => Array.from({ length: count }, (_, index) => index + 1);

/** Open an inbox whose view has many conversations, of which few are loaded, with all of them marked. */
async function openWholeView(count, options = {}) {
    await startServer();
    const server = await openInbox([row(1, "Ana"), row(2, "Ben")], {
        answer: (call) =>
            call.method === "inbox_ids" ? many(count) : options.answer && options.answer(call),
    });
    const inbox = getService("whatsapp.inbox");
    inbox.rows.selection.selectAll([1, 2]);
    inbox.rows.selection.isWholeView = true;
    return { inbox, server };
}

test("a whole view is changed in requests of about fifty, with everything that was there", async () => {
    const { inbox, server } = await openWholeView(251);
    const changed = await inbox.actions.run("tag", 9);
    const calls = methods(server, "inbox_bulk").map(({ args }) => args);
    expect(calls.map(([action, ids, value]) => [action, ids.length, value])).toEqual([
        ["tag", 41, 9], ["tag", 42, 9], ["tag", 42, 9], ["tag", 42, 9], ["tag", 42, 9], ["tag", 42, 9],
    ]); // prettier-ignore
    expect(calls.flatMap(([, ids]) => ids)).toEqual(many(251));
    expect(changed).toEqual(many(251));
    expect(inbox.rows.selection.size).toBe(0);
});

test("how far it is can be seen, and it can be stopped", async () => {
    const answers = [new Deferred(), new Deferred()];
    const asked = [];
    const { inbox } = await openWholeView(100, {
        answer: ({ method, args }) => {
            if (method === "inbox_bulk") {
                asked.push(args[1]);
                return answers[asked.length - 1];
            }
        },
    });
    const running = inbox.actions.run("priority", "2");
    await animationFrame();
    expect(".modal").toHaveText(/0 of 100 conversations are done/);
    await contains(".modal button:contains(Stop)").click();
    answers[0].resolve({ ids: many(50) });
    expect(await running).toEqual(many(50));
    expect(asked).toHaveLength(1);
    await animationFrame();
    expect(".modal").toHaveCount(0);
});

test("what failed before anything was done keeps its marks", async () => {
    const { inbox } = await openWholeView(3, {
        answer: ({ method }) => {
            if (method === "inbox_bulk") {
                throw new Error("nobody");
            }
        },
    });
    await expect(inbox.actions.run("assign", 7)).rejects.toThrow();
    expect(inbox.rows.selection.isWholeView).toBe(true);
});

test("a macro runs on a whole view, in requests with one report", async () => {
    const asked = [];
    onRpc("whatsapp.macro", "for_conversations", ({ args }) => {
        expect.step(`macros for ${args[0].length}`);
        return [{ id: 1, name: "Close", visibility: "all", use_count: 0, steps: [] }];
    });
    onRpc("whatsapp.macro", "run", ({ args }) => {
        asked.push(args[1]);
        const [first, ...done] = args[1];
        return {
            done,
            failed: [{ id: first, name: `No. ${first}`, problem: "no" }],
            name: "Close",
        };
    });
    await openWholeView(600);
    await getService("whatsapp.macros").openForInbox();
    await animationFrame();
    expect.verifySteps(["macros for 600"]);
    expect(".modal-title").toHaveText("Run a macro on 600 conversations");
    await contains(".o-whatsapp-Macro .btn-primary").click();
    for (let turn = 0; turn < 15; turn++) {
        await animationFrame();
    }
    expect(asked).toHaveLength(12);
    expect(asked.flat()).toEqual(many(600));
    expect(".modal-title").toHaveText("“Close”: 588 done, 12 left as they were");
});

test("more rows than one answer tells of are loaded, not taken out", async () => {
    await startServer();
    const server = await openInbox([row(1, "Ana")]);
    const inbox = getService("whatsapp.inbox");
    const before = methods(server, "inbox_list").length;
    await inbox.rows.refresh(many(201));
    expect(methods(server, "inbox_list")).toHaveLength(before + 1);
    expect(methods(server, "inbox_rows")).toHaveLength(0);
});
