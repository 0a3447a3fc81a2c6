package io.fairlead.conversion.rules;

/**
 * A step by which a service becomes what is served of it: what was decided, and by what.
 *
 * @param stage what is decided: a stage of the rules, or a word of a fixed list such as {@code
 *     host}
 * @param rule what decides it: the place of a rule, a key of the registry, or what the service says
 * @param subject what it is about: the service, a part or instances of it
 * @param before the state before; empty if there is none
 * @param after the state after; equal to the one before if nothing changed
 */
public record TrailStep(String stage, String rule, String subject, String before, String after) {}
