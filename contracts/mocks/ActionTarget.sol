// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

/// @title Takes any call from any forwarder, and behaves as it is told to: for tests of the delivery
contract ActionTarget {
    enum Behaviour {
        Accept,
        Refuse,
        RefuseAtLength,
        BurnGas,
        SwallowStarvation
    }

    event Called(address signer, bytes data);
    /// @param finished whether the call within the call had the gas that it takes
    event Worked(bool finished);

    error ActionTargetRefuses(bytes4 selector);

    Behaviour private _behaviour;
    bool private _distrusts;
    uint256 private _work;

    function behave(Behaviour behaviour) external {
        _behaviour = behaviour;
    }

    function distrust() external {
        _distrusts = true;
    }

    function isTrustedForwarder(address) external view returns (bool) {
        return !_distrusts;
    }

    /// @notice Uses some 220,000 gas.
    function work() external {
        for (uint256 i = 1; i <= 10; ++i) {
            assembly {
                sstore(add(0x1000, add(i, mul(100, sload(_work.slot)))), 1)
            }
        }
        ++_work;
    }

    fallback() external {
        if (_behaviour == Behaviour.Refuse) revert ActionTargetRefuses(msg.sig);
        if (_behaviour == Behaviour.RefuseAtLength) _refuseAtLength();
        if (_behaviour == Behaviour.BurnGas) _burn();
        if (_behaviour == Behaviour.SwallowStarvation) _workOrNot();
        emit Called(address(bytes20(msg.data[msg.data.length - 20:])), msg.data[:msg.data.length - 20]);
    }

    function _workOrNot() private {
        try this.work() {
            emit Worked(true);
        } catch {
            emit Worked(false);
        }
    }

    function _refuseAtLength() private pure {
        assembly {
            revert(0, 100000)
        }
    }

    function _burn() private pure {
        while (true) {}
    }
}
