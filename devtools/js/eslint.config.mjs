// The rules that Odoo 19 applies to its own JavaScript (addons/web/tooling, addons/test_lint), for ESLint 9.
// Layout is prettier's business (.prettierrc.json).
import js from "@eslint/js";
import globals from "globals";

const odooGlobals = ["odoo", "luxon", "owl", "Chart", "DOMPurify", "StackTrace", "$", "jQuery", "py", "FullCalendar"];

export default [
    { ignores: ["**/static/lib/**", "**/node_modules/**"] },
    js.configs.recommended,
    {
        files: ["**/*.js", "**/*.mjs"],
        languageOptions: {
            ecmaVersion: 2022,
            sourceType: "module",
            globals: {
                ...globals.browser,
                ...Object.fromEntries(odooGlobals.map((name) => [name, "readonly"])),
            },
        },
        linterOptions: { reportUnusedDisableDirectives: "error" },
        rules: {
            curly: ["error", "all"],
            "arrow-body-style": ["error", "as-needed"],
            "no-duplicate-imports": "error",
            "no-restricted-globals": ["error", "event", "self"],
            "no-unused-vars": [
                "error",
                { vars: "all", args: "none", ignoreRestSiblings: false, caughtErrors: "all" },
            ],
            "prefer-const": ["error", { destructuring: "all", ignoreReadBeforeAssign: true }],
            "no-restricted-syntax": [
                "error",
                "PrivateIdentifier",
                {
                    selector:
                        "ClassDeclaration[superClass.name='Component']:not(:has(ClassBody.body > PropertyDefinition[key.name='props'][static='true']))",
                    message: "A component declares its static props",
                },
                {
                    selector:
                        "ClassDeclaration[superClass.name='Component']:not(:has(ClassBody.body > PropertyDefinition[key.name='template'][static='true']))",
                    message: "A component declares its static template",
                },
                {
                    selector: "CallExpression[callee.name='_t'] > :first-child[value=/(.*%s){2,}/]",
                    message: "Name the placeholders of a translated text that has more than one",
                },
            ],
        },
    },
    {
        // Plain scripts of the simulator's phone page, which no bundler touches.
        files: ["simulator/static/**/*.js"],
        languageOptions: { sourceType: "module" },
    },
];
