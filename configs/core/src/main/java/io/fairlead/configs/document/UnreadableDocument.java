package io.fairlead.configs.document;

/**
 * A document that cannot be read.
 *
 * @param position where the cause stands
 * @param found what stands there
 * @param expected what should
 */
public record UnreadableDocument(Position position, String found, String expected)
    implements DocumentResult {}
