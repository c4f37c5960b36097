import { describe, expect, test } from "@odoo/hoot";
import { press, queryAllTexts } from "@odoo/hoot-dom";
import { animationFrame } from "@odoo/hoot-mock";

import {
    contains,
    getService,
    makeMockEnv,
    mountWithCleanup,
    onRpc,
} from "@web/../tests/web_test_helpers";
import { MainComponentsContainer } from "@web/core/main_components_container";

import { defineWhatsappModels } from "./whatsapp_test_helpers";

describe.current.tags("desktop");
defineWhatsappModels();

const MACROS = [
    {
        id: 1,
        name: "Thank and close",
        visibility: "all",
        use_count: 12,
        steps: [
            {
                icon: "fa-reply",
                label: "Reply “Thanks”",
                text: "Thanks, Ana!",
                problem: "",
                blocks: false,
            },
            { icon: "fa-check", label: "Resolve", text: "", problem: "", blocks: false },
        ],
    },
    {
        id: 2,
        name: "Ask for the order",
        visibility: "private",
        use_count: 0,
        steps: [
            {
                icon: "fa-reply",
                label: "Reply “Number?”",
                text: "Number?",
                problem: "The window is closed.",
                blocks: true,
            },
        ],
    },
];

async function open(ids) {
    onRpc("whatsapp.macro", "for_conversations", () => MACROS);
    await makeMockEnv();
    await mountWithCleanup(MainComponentsContainer);
    getService("whatsapp.macros").open(ids);
    await animationFrame();
}

test("it says what a macro will do before it does it", async () => {
    onRpc("whatsapp.macro", "run", ({ args }) => {
        expect.step(JSON.stringify(args));
        return { done: [77], failed: [], name: "Thank and close" };
    });
    await open([77]);
    expect(queryAllTexts(".o-whatsapp-Macro.o-active .o-whatsapp-Macro-text")).toEqual([
        "Thanks, Ana!",
    ]);
    await press("Enter");
    await animationFrame();
    expect.verifySteps(["[[1],[77]]"]);
    expect(".o-whatsapp-MacroDialog").toHaveCount(0);
    expect(".o_notification").toHaveText(/Thank and close/);
});

test("what cannot be done is not begun", async () => {
    onRpc("whatsapp.macro", "run", () => expect.step("run"));
    await open([77]);
    await press("ArrowDown");
    await animationFrame();
    expect(".o-whatsapp-Macro.o-active").toHaveText(/The window is closed/);
    expect(".o-whatsapp-Macro.o-active .btn-primary").not.toBeEnabled();
    await press("Enter");
    await animationFrame();
    expect.verifySteps([]);
    expect(".o-whatsapp-MacroDialog").toHaveCount(1);
});

test("macros are found by name and by what they do", async () => {
    await open([77]);
    await contains("input[type=search]").edit("number", { confirm: false });
    await animationFrame();
    expect(queryAllTexts(".o-whatsapp-Macro .fw-bold")).toEqual(["Ask for the order"]);
});

test("on several, a report says which ones were left", async () => {
    onRpc("whatsapp.macro", "run", () => ({
        done: [77],
        failed: [{ id: 78, name: "Nora", problem: "Step 1: the window is closed" }],
        name: "Thank and close",
    }));
    await open([77, 78]);
    expect(".modal-title").toHaveText("Run a macro on 2 conversations");
    await contains(".o-whatsapp-Macro.o-active .btn-primary").click();
    await animationFrame();
    expect(".modal").toHaveText(/1 done, 1 left as they were/);
    expect(".modal .list-group-item").toHaveText(/Nora\s*Step 1: the window is closed/);
});
