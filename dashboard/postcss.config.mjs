/** Tailwind is the only CSS transform. */
export default { plugins: { '@tailwindcss/postcss': {} } };
