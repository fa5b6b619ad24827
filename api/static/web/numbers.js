// Numbers as the server writes them on the same page, whatever the reader's language: shared/kit/number_format.py.
(() => {
  "use strict";

  const THIN_SPACE = "\u202f";
  const POWERS = "⁰¹²³⁴⁵⁶⁷⁸⁹";

  const grouped = (digits) => {
    const [whole, part] = digits.replace("-", "−").split(".");
    return whole.replace(/\B(?=(\d{3})+$)/g, THIN_SPACE) + (part === undefined ? "" : `.${part}`);
  };

  // Odd multiples of 1/32 lie in the middle between two numbers of four decimals; Python takes the even one.
  const fixed = (value, decimals) => {
    const isTie = decimals === 4 && Number.isInteger(value * 32) && !Number.isInteger(value * 16);
    return (isTie ? (2 * Math.round(value * 5000)) / 10000 : value).toFixed(decimals);
  };

  const scientific = (value) => {
    const [mantissa, power] = value.toExponential(3).replace("+", "").split("e");
    const raised = power.replace("-", "⁻").replace(/\d/g, (digit) => POWERS[Number(digit)]);
    return `${mantissa} × 10${raised}`.replace("-", "−");
  };

  function count(value) {
    if (Number.isInteger(value)) return grouped(String(value));
    const size = Math.abs(value);
    if (size < 1e-3 || size >= 1e12) return scientific(value);
    return grouped(value.toFixed(4).replace(/\.?0+$/, ""));
  }

  function value(number) {
    if (number === null || !Number.isFinite(number)) return "—";
    const size = Math.abs(number);
    if (Number.isInteger(number) && size < 1e6) return count(number);
    if (size < 1e-3 || size >= 1e6) return scientific(number);
    return grouped(fixed(number, Math.min(4, 6 - String(Math.trunc(size)).length)));
  }

  window.written = { count, value };
})();
