/**
 * The rule language: which services of a registry are taken, and what is served of each. A rule set
 * is compiled once for each configuration and is a pure function of one service, which becomes any
 * number of {@link io.fairlead.conversion.rules.ServicePart}s. Nothing here knows Istio's types;
 * the conversion makes a ServiceEntry of each part.
 */
@NullMarked
package io.fairlead.conversion.rules;

import org.jspecify.annotations.NullMarked;
