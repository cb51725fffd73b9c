/** Terms of the loss that flatten minima at the cost of one pass, and regularisation of factors. */
package dev.steppe.optim.loss;
